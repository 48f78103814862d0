import type { KnownAgent } from "../fleet/known-agent.ts";
import { conditionOf, configWordOf } from "../rows/agent-row.ts";
import type { FleetCounts } from "../shapes/api-shapes.ts";

/** How many agents are how; to note one costs the same however many there are. */
interface Tally {
  /** Undefined: it was forgotten. */
  note: (uid: string, record: KnownAgent | undefined) => void;
  counts: () => FleetCounts;
}

type Word = keyof FleetCounts;

/** Counts nobody at first. */
export function createTally(): Tally {
  const words = new Map<string, readonly Word[]>();
  const numbers = new Map<Word, number>();
  const add = (counted: readonly Word[], by: number): void => {
    for (const word of counted) numbers.set(word, (numbers.get(word) ?? 0) + by);
  };
  const of = (word: Word): number => numbers.get(word) ?? 0;
  return {
    note: (uid, record) => {
      add(words.get(uid) ?? [], -1);
      words.delete(uid);
      if (record === undefined) return;
      const counted = wordsOf(record);
      words.set(uid, counted);
      add(counted, 1);
    },
    counts: () => ({
      total: of("total"),
      healthy: of("healthy"),
      degraded: of("degraded"),
      failing: of("failing"),
      away: of("away"),
      unknown: of("unknown"),
      applying: of("applying"),
    }),
  };
}

function wordsOf(record: KnownAgent): readonly Word[] {
  const applying: readonly Word[] = configWordOf(record) === "applying" ? ["applying"] : [];
  return ["total", conditionOf(record), ...applying];
}
