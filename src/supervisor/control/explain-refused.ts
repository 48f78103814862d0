import type { Leaf } from "../../agent-config/provenance.ts";
import type { Settings } from "../settings/settings.ts";
import { type RefusedOffer, lookAtRefused } from "../store/refused-offers.ts";
import { explainConfig } from "./explain-config.ts";

/** One value that an offer would have changed. */
export interface LeafChange {
  readonly path: string;
  /** Undefined of a value that would be gone. */
  readonly next: Leaf | undefined;
  /** Undefined of one that would be new. */
  readonly before: Leaf | undefined;
}

/** A refused offer against what is good, or why it cannot be laid beside it. */
export interface RefusedExplanation {
  readonly offer: Omit<RefusedOffer, "files">;
  readonly changes: readonly LeafChange[];
  readonly problem: string | undefined;
}

/** What a refused offer would have changed; undefined where none is kept. */
export async function explainRefused(
  settings: Settings,
  environment: ReadonlyMap<string, string>,
  workingDirectory: string,
  { path, hash }: { readonly path: string; readonly hash: string },
): Promise<RefusedExplanation | undefined> {
  const kept = lookAtRefused(settings.storage.directory, hash);
  if (kept === undefined) return undefined;
  const { files: parts, ...offer } = kept;
  if (parts.length === 0)
    return { offer, changes: [], problem: "it has no text that could be kept" };
  const ask = (some: typeof parts) =>
    explainConfig(settings, environment, workingDirectory, { path, parts: some });
  const [next, now] = [await ask(parts), await ask([])];
  if ("problem" in next) return { offer, changes: [], problem: next.problem };
  const before = "problem" in now ? [] : now.leaves;
  return { offer, changes: changesBetween(before, next.leaves), problem: undefined };
}

/** By path, in the order of the later one; what is gone comes last. */
export function changesBetween(
  before: readonly Leaf[],
  next: readonly Leaf[],
): readonly LeafChange[] {
  const former = new Map(before.map((leaf) => [leaf.path, leaf]));
  const later = new Set(next.map(({ path }) => path));
  const changed = next
    .map((leaf) => ({ path: leaf.path, next: leaf, before: former.get(leaf.path) }))
    .filter((one) => one.before?.value !== one.next.value);
  const gone = before
    .filter(({ path }) => !later.has(path))
    .map((leaf) => ({ path: leaf.path, next: undefined, before: leaf }));
  return [...changed, ...gone];
}
