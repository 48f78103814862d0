import type { RolloutSummary } from "../../shapes/api-shapes.ts";

/** How many agents of a rollout are how. */
export interface Progress {
  readonly applied: number;
  readonly failed: number;
  readonly busy: number;
  readonly open: number;
  readonly overtaken: number;
}

/** Counts the agents of a rollout. */
export function progressOf(counts: RolloutSummary["counts"]): Progress {
  const { applied, failed, sent, applying, pending, away, overtaken } = counts;
  return { applied, failed, busy: sent + applying, open: pending + away, overtaken };
}

/** The stages of a rollout in words: `10 % → 50 % → 100 %`. */
export function stagesText(stages: readonly number[]): string {
  return stages.length < 2 ? "all at once" : stages.map((share) => `${share} %`).join(" → ");
}

/** Reads shares that somebody typed; a text says what is wrong with them. */
export function stagesIn(text: string): readonly number[] | string {
  const parts = text.split(/[\s,%→]+/).filter((part) => part !== "");
  const shares = parts.map(Number);
  const wanted = "expected shares in percent that rise up to 100, such as 10, 50, 100";
  const rises = shares.every((share, index) => share > (shares[index - 1] ?? 0));
  if (shares.length === 0 || !rises || shares.at(-1) !== 100) return wanted;
  return shares;
}
