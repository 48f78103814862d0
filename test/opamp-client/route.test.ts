import { test, expect } from "vitest";
import { defaultLimits } from "../../src/opamp-client/transport/client-options.ts";
import { viewOf } from "../../src/opamp-client/client-surface.ts";
import {
  type RouteEvent,
  type Route,
  changeRoute,
  initialRoute,
  addressOf,
  nextTryAt,
  linkOf,
  turnBackAt,
} from "../../src/opamp-client/route.ts";

const endpoints = ["ws://a/", "ws://b/", "ws://c/"];
const started: RouteEvent = { on: "started" };
const dropped = (now: number, random = 1): RouteEvent => ({
  on: "dropped",
  reason: "broke",
  now,
  random,
});
const accepted = (now: number): RouteEvent => ({ on: "accepted", now });

/** Events at the moments that they name, or at `now`. */
function after(events: readonly RouteEvent[], now = 0, list = endpoints): Route {
  return events.reduce(
    (route, event) => changeRoute(route, event, defaultLimits, "now" in event ? event.now : now),
    initialRoute(list),
  );
}

test("the endpoints are tried in their order, each at once, before any is waited for", () => {
  const tried: string[] = [];
  let route = initialRoute(endpoints);
  for (let count = 0; count < 3; count += 1) {
    route = changeRoute(route, started, defaultLimits, 0);
    tried.push(addressOf(route));
    route = changeRoute(route, dropped(0), defaultLimits, 0);
  }
  expect(tried).toEqual(endpoints);
  expect(nextTryAt(route)).toBe(500);
  route = changeRoute(route, started, defaultLimits, 500);
  expect(linkOf(route).at).toBe("connecting");
});

test("with one endpoint its own wait is what is waited for", () => {
  const route = after([started, dropped(0)], 0, ["ws://a/"]);
  expect(nextTryAt(route)).toBe(500);
});

test("a server that wants to be left alone does not keep us from the next one", () => {
  const refusal = { why: "overloaded", retryAfterMs: 3_600_000 } as const;
  const refused: RouteEvent = { on: "refused", reason: "busy", now: 0, random: 0, refusal };
  expect(addressOf(after([started, refused, started]))).toBe("ws://b/");
  const route = after([started, refused, started, dropped(0), started, dropped(0)]);
  const later = changeRoute(route, started, defaultLimits, 1_000);
  expect(addressOf(later)).not.toBe("ws://a/");
});

test("a good connection that broke is tried again where it was", () => {
  const route = after([started, dropped(0), started, accepted(1), dropped(20_000)], 0);
  expect(nextTryAt(route)).toBeLessThanOrEqual(20_000);
  expect(addressOf(changeRoute(route, started, defaultLimits, 20_000))).toBe("ws://b/");
});

test("the first endpoint is looked for again after a while, and ever more seldom", () => {
  const toSecond = [started, dropped(0), started, accepted(100)];
  expect(turnBackAt(after([started, accepted(5)]), 1_000)).toBe(Infinity);
  expect(turnBackAt(after(toSecond), 1_000)).toBe(1_100);
  const back: RouteEvent = { on: "turned-back" };
  const again = (times: number): Route =>
    after([...toSecond, ...Array.from({ length: times }, () => [back, ...toSecond]).flat()]);
  expect(addressOf(after([...toSecond, back, started]))).toBe("ws://a/");
  expect([0, 1, 2, 3, 9].map((times) => turnBackAt(again(times), 1_000))).toEqual([
    1_100, 2_100, 4_100, 8_100, 8_100,
  ]);
  const found = after([...toSecond, back, started, accepted(7)]);
  expect(found.returns).toBe(0);
});

test("where the server sends us on to holds until something fails", () => {
  const sent = after([started, { on: "sent-on", to: "ws://x/" }, accepted(1)]);
  expect(addressOf(sent)).toBe("ws://x/");
  expect(sent.hops).toBe(0);
  const failed = changeRoute(sent, dropped(20_000), defaultLimits, 20_000);
  expect(addressOf(changeRoute(failed, started, defaultLimits, 20_000))).toBe("ws://a/");
});

test("events that mean nothing give the same object back", () => {
  const route = after([started, accepted(1)]);
  expect(changeRoute(route, accepted(2), defaultLimits, 2)).toBe(route);
  expect(changeRoute(route, { on: "opened" }, defaultLimits, 2)).toBe(route);
});

test("what is shown of an address is no secret", () => {
  const route = after([started], 0, ["wss://name:word@a:1/v1/opamp?token=abc"]);
  expect(viewOf(route, 0, 0)).toEqual({ at: "connecting", endpoint: "wss://a:1/v1/opamp" });
});

test("when the next try is, is told by the date as it is now, whatever it was set to", () => {
  const route = after([started, dropped(0)]);
  const view = viewOf(route, 0, 1_800_000_000_000);
  if (view.at !== "waiting") throw new Error(view.at);
  expect(view.retryAt - 1_800_000_000_000).toBe(nextTryAt(route));
});
