import fc from "fast-check";
import { expect, test } from "vitest";
import {
  type WallClock,
  clockAhead,
  clockSet,
  knownBefore,
  mayBeWithin,
  sameWallTime,
  setByMs,
  shownAt,
  shownNow,
  wallTime,
  wasSetSince,
  whenShown,
} from "../../../../src/supervisor/core/state/wall-clock.ts";

const hourMs = 3_600_000;

/** A clock that shows 1,000 more at first, an hour more from 500 on, and 2 s less than at first from 800 on. */
const clock = clockSet(clockSet(clockAhead(1_000), 500, 1_000 + hourMs), 800, -1_000);

test("a moment is shown as the clock showed it then, whatever it was set to since", () => {
  expect(shownAt(clock, 0)).toEqual({ unixMs: 1_000 });
  expect(shownAt(clock, 499)).toEqual({ unixMs: 1_499 });
  expect(shownAt(clock, 500)).toEqual({ unixMs: 1_500 + hourMs });
  expect(shownAt(clock, 900)).toEqual({ unixMs: -100 });
  expect(shownAt(clock, -50)).toEqual({ unixMs: 950 });
});

test("what lies ahead is counted by the clock as it stands", () => {
  expect(whenShown(clock, wallTime(9_000))).toBe(10_000);
  expect(shownNow(clock, 0)).toEqual({ unixMs: -1_000 });
});

test("a difference that two looks at the clocks can make is no setting of the clock", () => {
  expect(setByMs(clock, -1_000 + 249)).toBe(0);
  expect(setByMs(clock, -1_000 + 250)).toBe(250);
  expect(setByMs(clock, -1_000 - 2_000)).toBe(-2_000);
  expect(clockSet(clock, 900, -1_001)).toBe(clock);
});

test("whether it was set since a moment", () => {
  expect(wasSetSince(clockAhead(5), 0)).toBe(false);
  expect([799, 800].map((moment) => wasSetSince(clock, moment))).toEqual([true, false]);
});

test("two times are the same when they show the same", () => {
  expect(sameWallTime(wallTime(5), wallTime(5))).toBe(true);
  expect(sameWallTime(wallTime(5), wallTime(6))).toBe(false);
  expect(sameWallTime(undefined, wallTime(6))).toBe(false);
});

test("what an earlier supervisor noted is shown as it noted it", () => {
  const now = clockAhead(1_000, 0);
  expect(shownAt(knownBefore(now, -60_000, wallTime(hourMs)), -60_000)).toEqual(wallTime(hourMs));
  expect(shownAt(knownBefore(now, -60_000, wallTime(hourMs)), 5)).toEqual(wallTime(1_005));
  expect(knownBefore(now, -60_000, wallTime(-59_000 + 249))).toBe(now);
  expect(knownBefore(now, 5, wallTime(hourMs))).toBe(now);
});

const settings = fc.array(
  fc.record({
    afterMs: fc.nat(hourMs),
    byMs: fc.integer({ min: -10 * hourMs, max: 10 * hourMs }),
  }),
  { maxLength: 80 },
);

/** The clock after these settings, and what it showed at each moment of a walk through them. */
function walked(steps: readonly { readonly afterMs: number; readonly byMs: number }[]) {
  let [at, aheadMs] = [0, hourMs];
  let known: WallClock = clockAhead(aheadMs);
  const seen = steps.map(({ afterMs, byMs }) => {
    at += afterMs;
    aheadMs += byMs;
    known = clockSet(known, at, aheadMs);
    return { at, shown: wallTime(at + aheadMs) };
  });
  return { known, seen, end: at + 1_000, endAheadMs: aheadMs };
}

test("however it is set, something that happened in a run is believed to have happened in it", () => {
  fc.assert(
    fc.property(settings, fc.nat(80), (steps, index) => {
      const { known, seen, end } = walked(steps.slice(0, 30));
      const [one] = seen.slice(index % Math.max(1, seen.length));
      if (one === undefined) return;
      for (const from of [one.at, one.at - 5_000, 0]) {
        expect(mayBeWithin(known, one.shown, from, end)).toBe(true);
        expect(mayBeWithin(known, one.shown, from, Infinity)).toBe(true);
      }
    }),
  );
});

test("at the moment at which it is set, it may have shown either", () => {
  const set = clockSet(clockAhead(hourMs), 5_000, 0);
  for (const aheadMs of [hourMs, 0]) {
    expect(mayBeWithin(set, wallTime(5_000 + aheadMs), 5_000, 6_000)).toBe(true);
  }
});

test("where it was not set, nothing that was before is believed", () => {
  const steady = clockAhead(hourMs);
  expect(mayBeWithin(steady, shownAt(steady, 749), 1_000, Infinity)).toBe(false);
  expect(mayBeWithin(steady, shownAt(steady, 750), 1_000, Infinity)).toBe(true);
  expect(mayBeWithin(steady, shownAt(steady, 5_000), 1_000, 4_000)).toBe(false);
});

test("however often it is set, its memory is bounded and it shows what it shows now", () => {
  fc.assert(
    fc.property(settings, (steps) => {
      const { known, end, endAheadMs } = walked(steps);
      expect(known.later.length).toBeLessThan(32);
      const off = shownAt(known, end).unixMs - (end + endAheadMs);
      expect(Math.abs(off)).toBeLessThan(250);
      expect(whenShown(known, shownAt(known, end))).toBe(end);
    }),
  );
});
