import { expect, test } from "vitest";
import { readPictures } from "../../../src/dev-server/console/stored-pictures.ts";
import { keepFleet } from "../../../src/dev-server/kept/kept-fleet.ts";

const counts = keepFleet().counts();
const sample = (at: number): object => ({ at, ...counts });
const apply = { at: 5, ms: 7, uid: "a", failed: false };

test("what was kept is read as it was, without what is dated in the future", () => {
  const health = { everyMs: 5_000, samples: [sample(1), sample(2)] };
  const restarts = [{ hour: 0, count: 3 }];
  const kept = { health, applies: [apply], restarts };
  const through = (value: unknown): unknown => JSON.parse(JSON.stringify(value)) as unknown;
  expect(readPictures(through(kept), counts, 10)).toEqual(kept);
  expect(readPictures(through(kept), counts, 1)).toEqual({
    health: { everyMs: 5_000, samples: [sample(1)] },
    applies: [],
    restarts,
  });
});

test.each([
  [undefined],
  [[]],
  ["pictures"],
  [{ health: [], applies: {}, restarts: null }],
  [{ health: { everyMs: 0, samples: [] }, applies: [{ ...apply, at: "5" }] }],
  [{ health: { everyMs: null }, applies: [null, 3], restarts: [{ hour: 1 }] }],
])("what has another form is left out: %j", (value) => {
  const { health, applies = [], restarts = [] } = readPictures(value, counts, 10);
  expect([health, applies, restarts]).toEqual([undefined, [], []]);
});

test("a sample without one of the counts is left out", () => {
  const health = { everyMs: 5_000, samples: [{ at: 1, total: 1 }, sample(2)] };
  expect(readPictures({ health }, counts, 10).health?.samples).toEqual([sample(2)]);
});
