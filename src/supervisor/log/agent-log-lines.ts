import { sizeOf } from "../../agent/output/agent-log.ts";
import { type OutputSink, createLineReader } from "../../agent/output/line-reader.ts";
import type { LogFollower } from "../../agent/output/output.ts";
import type { TailSink, LogTail } from "../../telemetry/log-tail.ts";
import { createAgentLines } from "./agent-lines.ts";
import { type LimitedLines, limitLines, type Withheld } from "./line-limit.ts";

/** The agent's log lines, made into records for somebody beside our own log while they are wanted. */
interface AgentLogLines {
  /** Lets output that goes through our log be read along. */
  readonly passing: (open: () => OutputSink) => () => OutputSink;
  /** Reads along in the file that the agent writes by itself. */
  readonly follower: LogFollower;
  /** Says that lines are wanted from here on, read from a file by `openTail`; undefined: no longer. */
  readonly want: (openTail: ((sink: TailSink) => LogTail) | undefined) => void;
  /** Says that lines will be wanted, before it is known how a file is read. */
  readonly expect: () => void;
  readonly stop: () => Promise<void>;
}

/** When lines are first wanted of an agent that has run for long, they begin no further back than this. */
const maxLateBytes = 256 * 1024;

/** Records are lines of JSON without secrets, of all levels, as many in a second as are allowed. */
export function createAgentLogLines(
  maxPerSecond: number,
  add: (record: string) => void,
): AgentLogLines {
  let wanted = false;
  let opener: ((sink: TailSink) => LogTail) | undefined;
  let tail: LogTail | undefined;
  let place: { readonly path: string; readonly start: number } | undefined;

  const open = (): LimitedLines => {
    const write = (records: string): void => {
      for (const record of records.split("\n")) if (record !== "") add(record);
    };
    const out = { write, full: () => false, drop: () => undefined };
    return limitLines(createAgentLines("debug", out), maxPerSecond, (withheld) =>
      add(withheldRecord(withheld, maxPerSecond)),
    );
  };
  const begin = (): void => {
    if (opener === undefined || tail !== undefined || place === undefined) return;
    const { path, start } = place;
    const begun = opener(throughLines(open()));
    tail = begun;
    tolerate(() => begun.began(path, Math.max(start, sizeOf(path) - maxLateBytes)));
  };
  return {
    passing: (openFirst) => () => {
      const [first, second] = [openFirst(), open()];
      return {
        lines: (text) => {
          first.lines(text);
          if (wanted) second.lines(text);
        },
        cutLine: (beginning, cutBytes) => {
          first.cutLine(beginning, cutBytes);
          if (wanted) second.cutLine(beginning, cutBytes);
        },
        ended: () => second.ended(),
      };
    },
    follower: {
      began: (path, start) => {
        // A run that ended before anybody could read its lines: they are read all the same.
        const unread = wanted && tail === undefined && place?.path === path && place.start <= start;
        if (!unread) place = { path, start };
        if (tail === undefined) begin();
        else tolerate(() => tail?.began(path, start));
      },
      setAside: (path, copyPath, skippedBytes) => {
        place = { path, start: 0 };
        tolerate(() => tail?.setAside(path, copyPath, skippedBytes));
      },
      ended: () => tail?.ended(),
    },
    expect: () => {
      wanted = true;
    },
    want: (openTail) => {
      wanted = openTail !== undefined;
      opener = openTail;
      if (wanted) return begin();
      if (tail === undefined || place === undefined) return;
      void tail.stop();
      tail = undefined;
      // When lines are wanted again, what was sent is not sent again.
      place = { path: place.path, start: sizeOf(place.path) };
    },
    stop: async () => {
      await tail?.stop();
    },
  };
}

/** The bytes of a file as limited lines. */
function throughLines(lines: LimitedLines): TailSink {
  const reader = createLineReader(lines);
  return {
    take: reader.take,
    skipped: lines.skipped,
    ended: () => {
      reader.end();
      lines.ended();
    },
  };
}

function withheldRecord({ lines, bytes }: Withheld, maxPerSecond: number): string {
  const time = new Date().toISOString();
  const msg = `lines of the agent's log were not sent: more than ${maxPerSecond} in a second`;
  return JSON.stringify({ level: "warn", time, from: "agent", msg, lines, unreadBytes: bytes });
}

/** Whatever is wrong with the file, the agent is started all the same. */
function tolerate(action: () => void): void {
  try {
    action();
  } catch {
    // Its lines are not sent then; the file itself is there to be read.
  }
}
