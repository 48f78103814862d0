import { test, expect } from "vitest";
import { defaultLimits } from "../../src/opamp-client/transport/client-options.ts";
import { type LinkEvent, type Link, changeLink, closedLink } from "../../src/opamp-client/link.ts";

const policy = { ...defaultLimits, firstDeniedDelayMs: 30_000 };
const dropped = (now: number, random = 0): LinkEvent => ({
  on: "dropped",
  reason: "broke",
  now,
  random,
});
const refused = (
  now: number,
  why: "overloaded" | "denied" | "other",
  retryAfterMs?: number,
  random = 0,
): LinkEvent => ({
  on: "refused",
  reason: "said no",
  now,
  random,
  refusal: { why, retryAfterMs },
});

function after(...events: LinkEvent[]): Link {
  return events.reduce((link, event) => changeLink(link, event, policy), closedLink);
}

const accepted = (now: number): LinkEvent[] => [
  { on: "started" },
  { on: "opened" },
  { on: "accepted", now },
];

function waitOf(link: Link, now: number): number {
  if (link.at !== "waiting") throw new Error(`the link is ${link.at}`);
  return link.retryAt - now;
}

test("a link goes from closed over connecting and open to accepted", () => {
  expect(after().at).toBe("closed");
  expect(after({ on: "started" }).at).toBe("connecting");
  expect(after({ on: "started" }, { on: "opened" }).at).toBe("open");
  expect(after(...accepted(5))).toMatchObject({ at: "accepted", since: 5 });
});

test("events that mean nothing give the same object back", () => {
  const open = after({ on: "started" }, { on: "opened" });
  expect(changeLink(open, { on: "opened" }, policy)).toBe(open);
  expect(changeLink(open, { on: "started" }, policy)).toBe(open);
  const waiting = changeLink(open, dropped(0), policy);
  expect(changeLink(waiting, dropped(1), policy)).toBe(waiting);
  expect(changeLink(waiting, { on: "accepted", now: 1 }, policy)).toBe(waiting);
  expect(changeLink(closedLink, dropped(1), policy)).toBe(closedLink);
});

test("failed attempts wait up to half as long again each time, up to the maximum", () => {
  let link = after({ on: "started" });
  const waits = Array.from({ length: 14 }, () => {
    link = changeLink(link, dropped(0, 1), policy);
    const wait = waitOf(link, 0);
    link = changeLink(link, { on: "started" }, policy);
    return wait;
  });
  const growing = [500, 750, 1125, 1688, 2531, 3797, 5695, 8543, 12814, 19222, 28833, 43249];
  expect(waits).toEqual([...growing, 60000, 60000]);
});

test("any part of that time may be waited, so that clients spread", () => {
  const waits = [0, 0.1, 0.5].map((random) =>
    waitOf(changeLink(after({ on: "started" }), dropped(0, random), policy), 0),
  );
  expect(waits).toEqual([0, 50, 250]);
});

test("only an accepted answer takes the waits back, an open connection does not", () => {
  const tries: LinkEvent[] = [{ on: "started" }, { on: "opened" }, dropped(0, 1)];
  expect(waitOf(after(...tries, ...tries, ...tries), 0)).toBe(1125);
  const link = after(...tries, ...tries, ...accepted(0), dropped(20_000), { on: "started" });
  expect(waitOf(changeLink(link, dropped(20_000, 1), policy), 20_000)).toBe(750);
});

test("a connection that was good is tried again at once", () => {
  expect(after(...accepted(0), dropped(20_000))).toMatchObject({
    retryAt: 20_000,
    reason: "broke",
  });
  expect(after(...accepted(0), dropped(1))).toMatchObject({ retryAt: 1 });
});

test("a server that accepts and drops again and again is left alone longer and longer", () => {
  const flap = [...accepted(0), dropped(1, 1)];
  const waits = [1, 2, 3, 4].map((count) => {
    const flaps = Array.from({ length: count }, () => flap).flat();
    return waitOf(after(...flaps), 1);
  });
  expect(waits).toEqual([0, 750, 1125, 1688]);
  const steady = [...flap, ...flap, ...flap, ...accepted(0), dropped(10_000)];
  expect(waitOf(after(...steady), 10_000)).toBe(0);
});

test("a refusal is never tried again at once", () => {
  expect(waitOf(after(...accepted(0), refused(20_000, "other")), 20_000)).toBe(500);
});

test.each([
  ["no time", undefined, 30_000, 60_000],
  ["a time", 3_000, 3_000, 3_500],
  ["a time that is over", 0, 0, 500],
  ["a time beyond all measure", 1e15, 3_600_000, 3_600_500],
])(
  "a server that is overloaded and says %s is left alone, and not by all for the same time",
  (_what, retryAfterMs, least, most) => {
    const waits = [0, 1].map((random) =>
      waitOf(after({ on: "started" }, refused(7, "overloaded", retryAfterMs, random)), 7),
    );
    expect(waits).toEqual([least, most]);
  },
);

test("a server that does not accept the credentials is asked seldom", () => {
  const denied: LinkEvent[] = [{ on: "started" }, refused(0, "denied", undefined, 1)];
  expect(waitOf(after(...denied), 0)).toBe(60_000);
  expect(waitOf(after({ on: "started" }, refused(0, "denied")), 0)).toBe(30_000);
  expect(waitOf(after(...denied, ...denied, ...denied), 0)).toBe(90_000);
});

test("the first time it is asked again soon where there may be newer credentials", () => {
  const soon = { ...policy, firstDeniedDelayMs: 500 };
  const first = changeLink({ at: "connecting", failures: 0, flaps: 1 }, refused(0, "denied"), soon);
  expect(waitOf(first, 0)).toBe(500);
  const again = changeLink(first, { on: "started" }, soon);
  expect(waitOf(changeLink(again, refused(0, "denied"), soon), 0)).toBe(30_000);
});

test("repeated refusals for overload wait longer each time", () => {
  const small = { ...policy, throttledDelayMs: 100 };
  const events: LinkEvent[] = [...accepted(0), refused(0, "overloaded", undefined, 1)];
  const thrice = [...events, ...events, ...events];
  const link = thrice.reduce((before, event) => changeLink(before, event, small), closedLink);
  expect(waitOf(link, 0)).toBe(325);
});

test("stopping closes the link from everywhere and forgets the failures", () => {
  expect(after(...accepted(0), dropped(1), { on: "stopped" })).toEqual(closedLink);
});
