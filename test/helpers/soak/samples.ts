import type { Holdings } from "../endurance/growth.ts";

/** What is sampled of a supervisor in a calm moment. */
export const columns = [
  "seconds",
  "actions",
  "residentMb",
  "privateMb",
  "heapMb",
  "descriptors",
  "threads",
  "timers",
  "handles",
  "processes",
  "files",
  "agentMb",
] as const;

/** One moment. */
export type Sample = Readonly<Record<(typeof columns)[number], number>>;

/** A sample of what is held, and of what else was counted. */
export function sampleOf(
  { inner, ...outer }: Holdings,
  counted: Pick<Sample, "seconds" | "actions" | "processes" | "agentMb">,
): Sample {
  const { residentMb, privateMb, descriptors, threads, files } = outer;
  const { heapMb = 0, timers = 0, handles = 0 } = inner ?? {};
  return {
    ...{ residentMb, privateMb, descriptors, threads, files, heapMb, timers, handles },
    ...counted,
  };
}

/** How much more at the end than at the beginning is no growth: what a burst leaves behind, what happens to be open, and what is kept up to a
 * number. */
const allowed: Partial<Sample> = {
  residentMb: 40,
  privateMb: 40,
  heapMb: 4,
  descriptors: 3,
  threads: 1,
  timers: 4,
  handles: 3,
  processes: 0,
  files: 30,
};

/**
 * What has grown, in words: the middle value of the last third of the samples against that of the first third, without the
 * fifth in which it warms up. One high value is no growth, and one low value hides none.
 */
export function grownOver(samples: readonly Sample[]): readonly string[] {
  const warm = samples.slice(Math.floor(samples.length / 5));
  const third = Math.floor(warm.length / 3);
  if (third < 1) return [];
  return Object.entries(allowed).flatMap(([key, most]) => {
    const column = key as keyof Sample;
    const [was, is] = [middle(warm.slice(0, third), column), middle(warm.slice(-third), column)];
    if (is <= was + most) return [];
    return `${column} has grown from ${was.toFixed(1)} to ${is.toFixed(1)}; ${most} more are allowed`;
  });
}

function middle(samples: readonly Sample[], column: keyof Sample): number {
  const sorted = samples.map((sample) => sample[column]).toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

/** The samples as a table with a head, for other programs. */
export function csvOf(samples: readonly Sample[]): string {
  const rows = samples.map((sample) => columns.map((column) => shown(sample[column])).join(","));
  return `${[columns.join(","), ...rows].join("\n")}\n`;
}

/** A number with as many digits as say something. */
export function shown(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(1);
}
