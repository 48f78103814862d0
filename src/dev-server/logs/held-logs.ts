import type { LogLine } from "../shapes/log-shapes.ts";
import type { SentLine } from "./sent-lines.ts";

/** The newest log lines of each agent. */
export interface HeldLogs {
  add(uid: string, lines: readonly SentLine[], now: number): void;
  /** Those after this number, oldest first. */
  after(uid: string, seq: number): readonly LogLine[];
  /** How many lines of an agent had to make room. */
  dropped(uid: string): number;
  forget(uid: string): void;
  /** Lines came that are no known agent's. */
  noteUnknown(lines: number): void;
  unknown(): number;
}

/** How much is kept. */
interface LogLimits {
  readonly linesEach: number;
  readonly charsEach: number;
  readonly charsInAll: number;
}

const usual: LogLimits = { linesEach: 500, charsEach: 500_000, charsInAll: 32_000_000 };

interface Shelf {
  readonly lines: LogLine[];
  chars: number;
  last: number;
  dropped: number;
}

/** What a line takes beside its texts. */
const lineChars = 200;

/** Holds lines in memory only; those of the agent that has been silent the longest make room first. */
export function holdLogs(limits: LogLimits = usual): HeldLogs {
  // In the order of the newest line of each, the one that has been silent for longest first.
  const shelves = new Map<string, Shelf>();
  const sums = { chars: 0, unknown: 0 };

  const drop = (shelf: Shelf): void => {
    const line = shelf.lines.shift();
    if (line === undefined) return;
    const chars = charsOf(line);
    shelf.chars -= chars;
    sums.chars -= chars;
    shelf.dropped += 1;
  };
  const makeRoom = (): void => {
    // What is left of an emptied one are its numbers, which go on for whoever reads along.
    for (const shelf of shelves.values()) {
      while (sums.chars > limits.charsInAll && shelf.lines.length > 0) drop(shelf);
      if (sums.chars <= limits.charsInAll) return;
    }
  };
  return {
    add: (uid, sent, now) => {
      const shelf = shelves.get(uid) ?? { lines: [], chars: 0, last: 0, dropped: 0 };
      shelves.delete(uid);
      shelves.set(uid, shelf);
      for (const line of sent) {
        shelf.last += 1;
        const kept = { ...line, at: line.at ?? now, seq: shelf.last };
        const chars = charsOf(kept);
        shelf.lines.push(kept);
        shelf.chars += chars;
        sums.chars += chars;
        while (shelf.lines.length > limits.linesEach || shelf.chars > limits.charsEach) drop(shelf);
      }
      makeRoom();
    },
    after: (uid, seq) => {
      const { lines = [], last = 0 } = shelves.get(uid) ?? {};
      // A number from before a restart of the server says nothing.
      return seq > last ? lines.slice() : lines.filter((line) => line.seq > seq);
    },
    dropped: (uid) => shelves.get(uid)?.dropped ?? 0,
    forget: (uid) => {
      sums.chars -= shelves.get(uid)?.chars ?? 0;
      shelves.delete(uid);
    },
    noteUnknown: (lines) => {
      sums.unknown += lines;
    },
    unknown: () => sums.unknown,
  };
}

function charsOf({ text, fields, from }: LogLine): number {
  const said = Object.entries(fields).reduce(
    (sum, [key, value]) => sum + key.length + value.length,
    0,
  );
  return lineChars + text.length + from.length + said;
}
