import { resolve } from "node:path";
import { expect, test } from "vitest";
import { contendersOf } from "../../bench/contender.ts";
import { changes } from "../../bench/measures/changes.ts";
import { starts } from "../../bench/measures/starts.ts";
import { mediansOf } from "../../bench/goals.ts";
import { collectorPath } from "../helpers/e2e/daemon.ts";

/*
 * Costs that have grown many times over show on any machine. So each is compared with what the bare Node and the bare
 * collector took in the same run, and with several times of what it is at rest.
 */

const rounds = 3;
const [ours] = contendersOf(resolve("."), undefined);

test("a start and a change cost a few times of what the bare programs do", async () => {
  if (ours === undefined) throw new Error("there is no supervisor to measure");
  const all = new Map<string, number[]>();
  for (let round = 0; round < rounds; round += 1) {
    for (const measure of [starts, changes]) {
      for (const [figure, ms] of Object.entries(await measure.run(collectorPath(), ours))) {
        all.set(figure, [...(all.get(figure) ?? []), ms]);
      }
    }
  }
  const medians = mediansOf(all);
  const of = (figure: string): number => medians.get(figure) ?? NaN;
  const [node, collector] = [of("bare node -e 0"), of("bare collector, start to healthy")];
  const settleMs = 500;
  const most = new Map([
    ["first message, warm", 12 * node],
    ["agent healthy, warm", 12 * node + 6 * collector],
    ["offer -> APPLIED", settleMs + 12 * node + 20 * collector],
    ["crash -> healthy again", 12 * node + 20 * collector],
  ]);
  const over = [...most].filter(([figure, bound]) => !(of(figure) <= bound));
  expect(over, JSON.stringify([...medians])).toEqual([]);
});
