import { readdirSync } from "node:fs";
import { expect } from "vitest";
import { eventually } from "../e2e/daemon.ts";
import { figuresOf, innerFiguresOf, type Figures, type InnerFigures } from "./figures.ts";

/** What a supervisor held at one moment. */
export interface Holdings extends Figures {
  readonly inner: InnerFigures | undefined;
  /** Files in the storage directory. */
  readonly files: number;
}

/** Where to look. */
export interface Held {
  readonly pid: number;
  readonly figuresFile: string;
  readonly storage: string;
}

/** Counts what a supervisor holds. */
export async function holdingsOf({ pid, figuresFile, storage }: Held): Promise<Holdings> {
  const inner = await innerFiguresOf(pid, figuresFile);
  const files = readdirSync(storage, { recursive: true }).length;
  return { ...figuresOf(pid), inner, files };
}

/**
 * How much more than before is no growth. A few descriptors and timers more are a connection, a health check or a page that
 * happens to be open. The heap is measured after a collection; resident memory also has what V8 and the C library keep for
 * themselves after a burst, so that it is a coarse limit. Ten generations and ten refused offers are kept.
 */
const allowed = {
  descriptors: 4,
  threads: 1,
  residentMb: 80,
  timers: 6,
  handles: 4,
  heapMb: 8,
  files: 30,
};

/** Fails when a supervisor holds more than it did; what is on its way to be given back is waited for. */
export async function expectNothingGrown(held: Held, before: Holdings): Promise<Holdings> {
  let now = await holdingsOf(held);
  const look = async (): Promise<boolean> => {
    now = await holdingsOf(held);
    return grownIn(before, now).length === 0;
  };
  await eventually(look).catch(() => expect(grownIn(before, now)).toEqual([]));
  return now;
}

function grownIn(before: Holdings, now: Holdings): readonly string[] {
  const pairs: readonly (readonly [
    keyof typeof allowed,
    number | undefined,
    number | undefined,
  ])[] = [
    ["descriptors", before.descriptors, now.descriptors],
    ["threads", before.threads, now.threads],
    ["residentMb", before.residentMb, now.residentMb],
    ["timers", before.inner?.timers, now.inner?.timers],
    ["handles", before.inner?.handles, now.inner?.handles],
    ["heapMb", before.inner?.heapMb, now.inner?.heapMb],
    ["files", before.files, now.files],
  ];
  return pairs
    .filter(([what, was = 0, is = 0]) => is > was + allowed[what])
    .map(
      ([what, was, is]) => `${what}: from ${was} to ${is}, and ${allowed[what]} more are allowed`,
    );
}

/** The figures in one line, for whoever reads the output of a test. */
export function shown({ inner, ...outer }: Holdings): string {
  const { descriptors, threads, residentMb, privateMb, files } = outer;
  const memory = `resident ${residentMb.toFixed(0)} MB, private ${privateMb.toFixed(0)} MB`;
  const told =
    inner === undefined ? "" : `, heap ${inner.heapMb.toFixed(1)} MB, ${inner.timers} timers`;
  return `${descriptors} descriptors, ${threads} threads, ${memory}${told}, ${files} files`;
}
