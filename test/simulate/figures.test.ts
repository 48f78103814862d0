import { expect, test } from "vitest";
import {
  count,
  type Figures,
  type Happening,
  isReached,
  noFigures,
} from "../../src/simulate/figures.ts";

const up: Happening = { on: "connected" };
const offered = (hash: string, again = false): Happening => ({ on: "offered", hash, again });

function after(wanted: number, happenings: readonly (readonly [number, Happening])[]): Figures {
  return happenings.reduce(
    (figures, [at, happening]) => count(figures, happening, at),
    noFigures(wanted, 0),
  );
}

test("all are connected when the last one is, and that moment stays when one is lost", () => {
  const some = after(2, [[5, up]]);
  expect(isReached("connected", some)).toBe(false);
  const all = count(some, up, 9);
  expect(isReached("connected", all)).toBe(true);
  const figures = count(all, { on: "lost", why: "the connection broke" }, 12);
  expect(figures).toMatchObject({ connected: 1, mostConnected: 2, allConnectedAt: 9, lost: 1 });
  expect([...figures.errors]).toEqual([["the connection broke", 1]]);
  expect(count(figures, up, 20)).toMatchObject({ connections: 3, allConnectedAt: 9 });
});

test("a wave has the times of its first and last APPLIED, and is over with a verdict of all", () => {
  const figures = after(3, [
    [10, offered("a")],
    [11, offered("a")],
    [12, offered("a")],
    [20, { on: "applied", hash: "a" }],
    [25, { on: "failed", hash: "a" }],
  ]);
  expect(isReached("applied", figures)).toBe(false);
  const whole = count(figures, { on: "applied", hash: "a" }, 30);
  expect(isReached("applied", whole)).toBe(true);
  expect(whole.waves).toEqual([
    {
      hash: "a",
      offered: 3,
      applied: 2,
      failed: 1,
      firstOfferAt: 10,
      lastOfferAt: 12,
      firstAppliedAt: 20,
      lastAppliedAt: 30,
    },
  ]);
});

test("nothing is applied before anything was offered", () => {
  expect(isReached("applied", noFigures(0, 0))).toBe(false);
});

test("one that failed and tries again is counted once", () => {
  const figures = after(1, [
    [1, offered("a")],
    [2, { on: "failed", hash: "a" }],
    [3, offered("a", true)],
    [4, { on: "applied", hash: "a" }],
  ]);
  expect(figures.waves).toMatchObject([{ offered: 1, applied: 1, failed: 0, firstOfferAt: 1 }]);
});

test("a configuration that comes back after another one is a wave of its own", () => {
  const figures = after(1, [
    [1, offered("a")],
    [2, { on: "applied", hash: "a" }],
    [3, offered("b")],
    [4, { on: "applied", hash: "b" }],
    [5, offered("a")],
  ]);
  expect(figures.waves.map(({ hash, applied }) => [hash, applied])).toEqual([
    ["a", 1],
    ["b", 1],
    ["a", 0],
  ]);
  expect(isReached("applied", figures)).toBe(false);
  expect(isReached("applied", count(figures, { on: "applied", hash: "a" }, 6))).toBe(true);
});

test("neither errors nor waves grow without end", () => {
  let figures = noFigures(1, 0);
  for (let at = 0; at < 300; at += 1) {
    figures = count(figures, { on: "error", why: `error ${at}` }, at);
    figures = count(figures, offered(`hash ${at}`), at);
  }
  expect(figures.errors.size).toBeLessThanOrEqual(21);
  expect(figures.errors.get("other errors")).toBe(280);
  expect(figures.waves.length).toBe(100);
});
