import { median } from "./table.ts";

/** What a figure should be, from the medians of the same run: in words, and whether it is so. */
export interface Goal {
  readonly words: string;
  readonly most: number;
}

type Medians = ReadonlyMap<string, number>;

/** The unit of a figure, by what its name says. */
export function unitOf(figure: string): string {
  if (/memory/.test(figure)) return "MB";
  if (/per second, idle$/.test(figure)) return figure.startsWith("CPU") ? "ms/s" : "/s";
  if (/^lines per second/.test(figure)) return "/s";
  return /^requests/.test(figure) ? "" : "ms";
}

/**
 * The goal of a figure of ours; undefined where there is none. What depends on the machine is measured against the bare
 * Node and the bare collector of the same run, what is compared with another supervisor against that one's figure.
 */
export function goalOf(figure: string, ours: Medians, other: Medians): Goal | undefined {
  const fixed = fixedGoals.get(figure);
  if (fixed !== undefined) return { words: `<= ${fixed} ${unitOf(figure)}`, most: fixed };
  const level = other.get(figure);
  if (levelWithOther.has(figure) && level !== undefined) {
    return { words: "level with the other", most: level * 1.1 };
  }
  const node = ours.get("bare node -e 0");
  if (figure === "first message, warm" && node !== undefined) {
    return { words: "<= 2 x bare Node", most: 2 * node };
  }
  if (figure.startsWith("agent healthy") && level !== undefined) {
    return { words: "<= the other + 20 ms", most: level + 20 };
  }
  const bare = ours.get(figure.replace("offer -> APPLIED", "bare validate + start"));
  if (figure === "5000 pipelines: offer -> APPLIED" && bare !== undefined) {
    return { words: "<= 2 x bare validate + start", most: 2 * bare };
  }
  return undefined;
}

const levelWithOther: ReadonlySet<string> = new Set([
  "first message, cold",
  "gap, exporters change",
]);

const fixedGoals: ReadonlyMap<string, number> = new Map([
  ["offer -> agent runs it", 150],
  ["offer -> APPLIED", 800],
  ["crash -> healthy again", 200],
  ["outage by a bad configuration", 300],
  ["CPU per second, idle", 1],
  ["resident memory, idle", 64],
  ["private memory, idle", 14],
  ["1000 pipelines: CPU of the supervisor", 250],
  ["5000 pipelines: CPU of the supervisor", 1_000],
  ["5000 pipelines: peak memory", 160],
]);

/** The medians of many figures. */
export function mediansOf(
  figures: ReadonlyMap<string, readonly number[]>,
): ReadonlyMap<string, number> {
  return new Map([...figures].map(([name, numbers]) => [name, median(numbers)]));
}
