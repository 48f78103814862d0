import { wallTime } from "../../../src/supervisor/core/state/wall-clock.ts";
import { test, expect } from "vitest";
import { transitionsOf } from "../../../src/supervisor/core/report/transitions.ts";
import type { Event } from "../../../src/supervisor/core/state/event.ts";
import { noSpans, followSpans } from "../../../src/supervisor/own-telemetry/spans.ts";
import type { Span } from "../../../src/telemetry/span.ts";
import { initialState } from "../../../src/supervisor/core/state/state.ts";
import { changesOf, firstStart } from "../../helpers/core/changes.ts";
import { uid, remoteOf } from "../../helpers/core/core-samples.ts";

const exit = {
  code: 1,
  signal: undefined,
  outOfMemory: false,
  spawnError: undefined,
  lastLines: ["Error: token=abcdef123456"],
};

function spansOf(facts: readonly Event[]): readonly Span[] {
  const { changes } = changesOf(initialState(uid), facts);
  let watch = noSpans;
  return changes.flatMap(({ before, after, event }) => {
    const { watch: next, ended } = followSpans(
      watch,
      transitionsOf(before, after, event),
      event.at,
    );
    watch = next;
    return ended;
  });
}

const brief = (spans: readonly Span[]): readonly string[] =>
  spans.map(({ name, status, startAt, endAt }) => `${name} ${startAt}-${endAt} ${status.is}`);

const toTheStart: readonly Event[] = [
  { on: "ticked", at: 0 },
  ...firstStart,
  { on: "config-offered", remote: remoteOf("one"), at: 2_000 },
  { on: "config-validated", number: 2, tookMs: 5, at: 2_005 },
  { on: "config-written", number: 2, at: 2_006 },
  { on: "agent-exited", run: 1, exit: { ...exit, code: 0 }, random: 0, at: 2_010 },
  { on: "agent-started", run: 2, pid: 8, at: 2_011 },
];

test("one configuration from its offer to APPLIED is one trace with a span for each part", () => {
  const spans = spansOf([
    ...toTheStart,
    { on: "agent-probed", run: 2, outcome: { is: "healthy", upSince: wallTime(2_015) }, at: 2_020 },
    { on: "ticked", at: 3_000 },
    { on: "ticked", at: 4_000 },
  ]);
  expect(brief(spans)).toEqual([
    "GetBootstrapInfo 0-1 ok",
    "onMessage 2000-2000 ok",
    "validate 2000-2005 ok",
    "write 2005-2006 ok",
    "apply 2006-2020 ok",
    "verdict 2020-3000 ok",
    "processRemoteConfigMessage 2000-3000 ok",
  ]);
  const offer = spans.slice(1);
  expect(new Set(offer.map(({ trace }) => trace)).size).toBe(1);
  expect(new Set(spans.map(({ number }) => number)).size).toBe(spans.length);
  const whole = offer.at(-1);
  expect(whole).toMatchObject({ parent: offer[0]?.number });
  expect(whole?.attributes).toEqual({ "config.hash": remoteOf("one").hash });
  for (const { parent } of offer.slice(1, -1)) expect(parent).toBe(whole?.number);
});

test("a failure is an error with its reason, without the secrets in it", () => {
  const spans = spansOf([
    ...toTheStart,
    { on: "agent-exited", run: 2, exit, random: 0, at: 2_100 },
  ]);
  expect(brief(spans).slice(-2)).toEqual([
    "apply 2006-2100 error",
    "processRemoteConfigMessage 2000-2100 error",
  ]);
  expect(JSON.stringify(spans.at(-1)?.status)).toContain("Error: token=[redacted]");
});

test("what the binary refuses ends in its validation", () => {
  const spans = spansOf([
    { on: "ticked", at: 0 },
    ...firstStart,
    { on: "config-offered", remote: remoteOf("one"), at: 2_000 },
    { on: "config-refused", number: 2, why: "unknown receiver", at: 2_005 },
  ]);
  expect(brief(spans).slice(-2)).toEqual([
    "validate 2000-2005 error",
    "processRemoteConfigMessage 2000-2005 error",
  ]);
});

test("an offer that another one replaces ends without a judgement", () => {
  const spans = spansOf([
    { on: "ticked", at: 0 },
    ...firstStart,
    { on: "config-offered", remote: remoteOf("one"), at: 2_000 },
    { on: "config-offered", remote: remoteOf("two"), at: 2_003 },
  ]);
  expect(brief(spans).slice(2, 4)).toEqual([
    "validate 2000-2003 unset",
    "processRemoteConfigMessage 2000-2003 unset",
  ]);
});

test("a binary that cannot be asked is an error of its own trace", () => {
  const step = { do: "identify-agent" } as const;
  const spans = spansOf([
    { on: "ticked", at: 0 },
    { on: "step-failed", step, why: "no such file", at: 7 },
  ]);
  expect(brief(spans)).toEqual(["GetBootstrapInfo 0-7 error"]);
  expect(spans[0]?.parent).toBeUndefined();
});
