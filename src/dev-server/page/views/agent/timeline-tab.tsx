import type { VNode } from "preact";
import type { HistoryEntry, HistoryKind } from "../../../fleet/known-agent.ts";
import { Card, Nothing } from "../../parts/small-parts.tsx";
import type { AgentPage } from "../../../shapes/api-shapes.ts";
import type { Tone } from "../../words/condition-words.ts";
import { withoutSaid } from "../../words/each-once.ts";
import { clockOf, dateTimeOf } from "../../words/times.ts";

const kinds: Readonly<Record<HistoryKind, string>> = {
  connected: "Connection",
  disconnected: "Connection",
  health: "Health",
  "config-status": "Status",
  "effective-config": "Effective",
  offer: "Offer",
  restart: "Restart",
  identity: "Identity",
  "settings-status": "Connection",
  certificate: "Certificate",
  package: "Package",
  message: "Message",
};

/** What happened to the agent, newest first. */
export function TimelineTab({ agent }: { agent: AgentPage }): VNode {
  return (
    <Card title="Timeline" wide>
      <Timeline entries={agent.history} />
    </Card>
  );
}

/** Entries by day, newest first. */
export function Timeline(props: {
  entries: readonly HistoryEntry[];
  brief?: boolean;
  /** What the same view has said elsewhere. */
  said?: readonly string[];
}): VNode {
  const { entries, brief = false, said = [] } = props;
  if (entries.length === 0) return <Nothing>Nothing has happened yet.</Nothing>;
  const newest = entries.toReversed();
  return (
    <ol class="timeline">
      {newest.map((entry, index) => {
        const day = dayOf(entry.at);
        const isFirst = index === 0 || day !== dayOf(newest[index - 1]?.at ?? 0);
        return (
          <li key={`${entry.at} ${newest.length - index}`}>
            {isFirst && <h3 class="day">{day}</h3>}
            <div class="entry">
              <time dateTime={new Date(entry.at).toISOString()}>{clockOf(entry.at)}</time>
              <span class={`dot ${toneOf(entry)}`} aria-hidden="true" />
              <span class="kind">{kinds[entry.kind]}</span>
              <span class={brief ? "entry-text brief" : "entry-text"}>
                {brief ? firstLine(withoutSaid(entry.text, said)) : entry.text}
              </span>
            </div>
          </li>
        );
      })}
    </ol>
  );
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0] ?? "";
}

function dayOf(at: number): string {
  return dateTimeOf(at).slice(0, 10);
}

/** What went well, wrong, or simply happened. */
function toneOf({ kind, text }: HistoryEntry): Tone {
  if (kind === "disconnected") return "still";
  if (/fail|error|not healthy|unhealthy|Up: false/i.test(text)) return "bad";
  if (kind === "offer" || kind === "restart" || /applying|download/i.test(text)) return "busy";
  if (/applied|healthy|Up: true|installed/i.test(text) || kind === "connected") return "good";
  return "still";
}
