import type { VNode } from "preact";
import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { Card, Doing, Nothing, Outcome, Pill } from "../../parts/small-parts.tsx";
import { noLinesText } from "../../../logs/no-lines-text.ts";
import { post } from "../../state/ask-server.ts";
import { useLogLines } from "../../state/use-log-lines.ts";
import type { AgentPage } from "../../../shapes/api-shapes.ts";
import type { AgentLogs, LogLine } from "../../../shapes/log-shapes.ts";
import { fieldsBeside, found, severitySaid } from "../../words/log-words.ts";
import { clockOf, dateTimeOf } from "../../words/times.ts";

/** The agent's newest log lines as they come, and whether it sends any here. */
export function LogsTab({ agent }: { agent: AgentPage }): VNode {
  const [isPaused, setPaused] = useState(false);
  const [text, setText] = useState("");
  const [least, setLeast] = useState<LogLine["severity"]>("trace");
  const { logs, why } = useLogLines(agent.uid, isPaused);
  const lines = useMemo(() => found(logs?.lines ?? [], { text, least }), [logs, text, least]);
  return (
    <Card
      title="Log lines"
      wide
      aside={logs !== undefined && <SendHere agent={agent} logs={logs} />}
    >
      {why !== undefined && <Outcome text={why} bad />}
      {logs !== undefined && logs.lines.length === 0 && <Nothing>{noLinesText(logs)}</Nothing>}
      {logs !== undefined && logs.lines.length > 0 && (
        <>
          <div class="finder log-finder">
            <label class="search">
              <span class="spoken">Search log lines</span>
              <input
                type="search"
                value={text}
                placeholder="Search these lines"
                spellcheck={false}
                autocomplete="off"
                onInput={(event) => setText(event.currentTarget.value)}
              />
            </label>
            <label class="log-least">
              <span>At least</span>
              <select
                value={least}
                onChange={(event) => setLeast(event.currentTarget.value as LogLine["severity"])}
              >
                {(["trace", "debug", "info", "warn", "error", "fatal"] as const).map((each) => (
                  <option key={each} value={each}>
                    {each}
                  </option>
                ))}
              </select>
            </label>
            <button
              type="button"
              class="quiet small"
              aria-pressed={isPaused}
              onClick={() => setPaused(!isPaused)}
            >
              Pause
            </button>
            <span class="muted" role="status">
              {countText(lines.length, logs)}
              {isPaused ? " Paused: newer ones come when you go on." : ""}
            </span>
          </div>
          <LineList lines={lines} />
        </>
      )}
      {logs !== undefined && logs.unknownLines > 0 && (
        <p class="muted">
          {logs.unknownLines} lines came to this server that are no known agent’s, and were dropped.
        </p>
      )}
    </Card>
  );
}

function countText(shown: number, { lines, dropped }: AgentLogs): string {
  const of = shown === lines.length ? `${shown}` : `${shown} of ${lines.length}`;
  return `${of} lines${dropped > 0 ? `, ${dropped} older ones are kept no longer` : ""}.`;
}

/** Newest last; it stays at the end while somebody looks there. */
function LineList({ lines }: { lines: readonly LogLine[] }): VNode {
  const place = useRef<HTMLDivElement>(null);
  const [at] = useState(() => ({ end: true }));
  useLayoutEffect(() => {
    const box = place.current;
    if (box !== null && at.end) box.scrollTop = box.scrollHeight;
  }, [lines, at]);
  return (
    <div
      ref={place}
      class="log-lines"
      role="log"
      aria-live="off"
      aria-label="Log lines, newest last"
      tabIndex={0}
      onScroll={({ currentTarget: box }) => {
        at.end = box.scrollHeight - box.scrollTop - box.clientHeight < 8;
      }}
    >
      {lines.length === 0 && <Nothing>No line is like this.</Nothing>}
      {lines.map((line) => (
        <LogEntry key={line.seq} line={line} />
      ))}
    </div>
  );
}

function LogEntry({ line }: { line: LogLine }): VNode {
  const { at, severity, text, fields, from } = line;
  return (
    <div class={`log-line ${severitySaid(severity).tone}`}>
      <time dateTime={new Date(at).toISOString()} title={dateTimeOf(at)}>
        {clockOf(at)}
      </time>
      <Pill said={severitySaid(severity)} quiet />
      <span class="log-text">
        <span>{text === "" ? "(empty)" : text}</span>
        {fieldsBeside(fields).map(([name, value]) => (
          <span key={name} class="log-field">{` ${name}=${value}`}</span>
        ))}
        {from !== "" && <span class="log-field">{` (${from})`}</span>}
      </span>
    </div>
  );
}

/** Asks for the lines, or asks the agent to send none any more. */
function SendHere({ agent, logs }: { agent: AgentPage; logs: AgentLogs }): VNode {
  const [outcome, setOutcome] = useState({ text: "", bad: false });
  const isHere = logs.destination === "here" && logs.offerState !== "failed";
  const ask = async (): Promise<void> => {
    const answer = await post<object>(`/api/agents/${agent.uid}/logs`, { here: !isHere });
    setOutcome({ text: answer.text === "" ? "Sent to the agent." : answer.text, bad: !answer.ok });
  };
  return (
    <div class="actions">
      <Outcome {...outcome} />
      {logs.why !== undefined && <span class="muted">{logs.why}</span>}
      <Doing act={ask} disabled={logs.why !== undefined}>
        {isHere ? "Stop sending log lines" : "Send this agent’s logs here"}
      </Doing>
    </div>
  );
}
