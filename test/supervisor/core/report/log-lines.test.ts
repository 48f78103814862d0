import { wallTime } from "../../../../src/supervisor/core/state/wall-clock.ts";
import { test, expect } from "vitest";
import type { Event } from "../../../../src/supervisor/core/state/event.ts";
import type { LogLine } from "../../../../src/supervisor/core/report/log-lines.ts";
import { newLogWatch } from "../../../../src/supervisor/core/agent/log-size.ts";
import { plan } from "../../../../src/supervisor/core/plan.ts";
import { reduce } from "../../../../src/supervisor/core/reduce.ts";
import type { CoreSettings } from "../../../../src/supervisor/core/state/core-settings.ts";
import {
  type State,
  withAgent,
  initialState,
} from "../../../../src/supervisor/core/state/state.ts";
import { policy, uid, binary, remoteOf } from "../../../helpers/core/core-samples.ts";
import { told as linesOf } from "../../../helpers/core/told.ts";

/** Takes facts one after the other and collects what is told. */
function toldBy(
  start: State,
  facts: readonly Event[],
  limits: CoreSettings = policy,
): { state: State; lines: string[]; told: LogLine[] } {
  const told: LogLine[] = [];
  let state: State = withAgent(start, { begun: true });
  const take = (event: Event): void => {
    const before = state;
    state = reduce(before, event, limits);
    if (state !== before) told.push(...linesOf(before, state, event));
  };
  for (const fact of facts) {
    take(fact);
    for (
      let step = plan(state, fact.at, limits).step;
      step;
      step = plan(state, fact.at, limits).step
    ) {
      take({ on: "step-begun", step, at: fact.at });
    }
  }
  return { state, lines: told.map((line) => line.message), told };
}

const exit = {
  code: 1,
  signal: undefined,
  outOfMemory: false,
  spawnError: undefined,
  lastLines: ["Error: x"],
};
/** The gap that the first of these lines tells; undefined when it tells none. */
const gapIn = (told: readonly LogLine[], message: string): unknown =>
  told.find((line) => line.message === message)?.fields["gapMs"];

test("a walk through the first start and an offer is told in the words of the log", () => {
  const first = toldBy(initialState(uid), [
    { on: "agent-identified", facts: binary, at: 1 },
    { on: "config-written", number: 1, at: 2 },
    { on: "agent-started", run: 1, pid: 7, at: 3 },
    { on: "agent-probed", run: 1, outcome: { is: "unhealthy", why: "nothing listens" }, at: 4 },
    { on: "agent-probed", run: 1, outcome: { is: "unhealthy", why: "nothing listens" }, at: 14 },
    { on: "agent-probed", run: 1, outcome: { is: "healthy", upSince: wallTime(10) }, at: 24 },
    { on: "ticked", at: 1_000 },
  ]);
  expect(gapIn(first.told, "agent is healthy"), "nobody was waiting for it yet").toBeUndefined();
  expect(first.lines).toEqual([
    "agent identified",
    "effective config changed",
    "own metrics pipeline enabled",
    "agent process started",
    "agent is not healthy yet",
    "agent is healthy",
  ]);
  const offer = toldBy(first.state, [
    { on: "config-offered", remote: remoteOf("one"), at: 2_000 },
    { on: "config-validated", number: 2, tookMs: 5, at: 2_005 },
    { on: "config-written", number: 2, at: 2_006 },
    { on: "agent-exited", run: 1, exit: { ...exit, code: 0 }, random: 0, at: 2_010 },
    { on: "agent-started", run: 2, pid: 8, at: 2_011 },
    { on: "agent-probed", run: 2, outcome: { is: "healthy", upSince: wallTime(2_015) }, at: 2_020 },
    { on: "ticked", at: 3_000 },
  ]);
  expect(gapIn(offer.told, "agent is healthy"), "from the signal to the first answer").toBe(14);
  expect(offer.lines).toEqual([
    "remote config received",
    "effective config changed",
    "agent is restarted to apply",
    "agent process stopped",
    "agent process started",
    "agent is healthy",
    "remote config applied",
  ]);
  const crash = toldBy(offer.state, [
    { on: "ticked", at: 40_000 },
    { on: "agent-exited", run: 2, exit, random: 0, at: 41_000 },
  ]);
  expect(crash.told[0]?.fields).toMatchObject({ run: 2, restartInMs: 0 });
  expect(crash.lines).toEqual(["agent process ended unexpectedly"]);
});

test("a change by SIGHUP is told as one", () => {
  const auto = { ...policy, reload: "auto" } as const;
  const { state } = toldBy(
    initialState(uid),
    [
      { on: "agent-identified", facts: binary, at: 1 },
      { on: "config-written", number: 1, at: 2 },
      { on: "agent-probed", run: 1, outcome: { is: "healthy", upSince: wallTime(2) }, at: 3 },
      { on: "ticked", at: 1_000 },
      { on: "config-offered", remote: remoteOf("one"), at: 2_000 },
      { on: "config-validated", number: 2, tookMs: 5, at: 2_005 },
    ],
    auto,
  );
  const { lines, told } = toldBy(
    state,
    [
      { on: "config-written", number: 2, at: 2_006 },
      {
        on: "agent-probed",
        run: 1,
        outcome: { is: "healthy", upSince: wallTime(2_010) },
        at: 2_011,
      },
    ],
    auto,
  );
  expect(told.at(-1)?.fields).toMatchObject({ generation: 2, gapMs: 5 });
  expect(lines).toEqual([
    "effective config changed",
    "agent is reloaded to apply",
    "agent runs the new configuration",
  ]);
});

test("a binary that says nothing of itself is warned of, and a refusal is told once", () => {
  const facts = { ...binary, knownBy: "build", validates: false } as const;
  const quiet = toldBy(initialState(uid), [{ on: "agent-identified", facts, at: 1 }]);
  expect(quiet.told[0]).toMatchObject({ level: "warn", message: "agent identified" });
  expect(quiet.told[0]?.fields["warning"]).toMatch(/built from.*no validate/);
  const failed = {
    on: "step-failed",
    step: { do: "identify-agent" },
    why: "no collector",
  } as const;
  const refused = toldBy(initialState(uid), [
    { ...failed, at: 1 },
    { ...failed, at: 5_001 },
    { ...failed, why: "gone", at: 10_001 },
  ]);
  const said = refused.told.filter(({ message }) => message === "agent could not be identified");
  expect(said.map(({ fields }) => fields["reason"])).toEqual(["no collector", "gone"]);
});

test("a lost trial tells of the failure and of the way back", () => {
  const { state } = toldBy(initialState(uid), [
    { on: "agent-identified", facts: binary, at: 1 },
    { on: "config-written", number: 1, at: 2 },
    { on: "agent-probed", run: 1, outcome: { is: "healthy", upSince: wallTime(2) }, at: 3 },
    { on: "ticked", at: 1_000 },
    { on: "config-offered", remote: remoteOf("bad"), at: 2_000 },
    { on: "config-validated", number: 2, tookMs: 5, at: 2_005 },
    { on: "config-written", number: 2, at: 2_006 },
    { on: "agent-exited", run: 1, exit, random: 0, at: 2_010 },
  ]);
  const lost = toldBy(state, [{ on: "agent-exited", run: 2, exit, random: 0, at: 2_100 }]);
  expect(lost.lines).toEqual([
    "remote config failed",
    "rolled back to the last good configuration",
    "agent process ended unexpectedly",
  ]);
  const reasons = lost.told.map(({ fields }) => fields["reason"]);
  expect(reasons.filter((reason) => String(reason).includes("Error: x"))).toHaveLength(1);
  expect(reasons[0]).toBe(
    "the agent ended (why stands with the end of run 2)\nThe agent idles: no earlier configuration was good.",
  );
  const { lines } = toldBy(lost.state, [{ on: "retry-asked", at: 2_200 }]);
  expect(lines).toEqual(["retry asked by an operator"]);
});

test("a log that was set aside is told, with a warning where a part of it is gone", () => {
  const start: State = { ...initialState(uid), log: newLogWatch };
  const whole = { is: "set-aside", keptBytes: 7, skippedBytes: 0, lostBytes: 0 } as const;
  const look = (event: Event): readonly string[] =>
    linesOf(start, reduce(start, event, policy), event).map(
      ({ level, message, fields }) => `${level} ${message} ${JSON.stringify(fields)}`,
    );
  const at = 1;
  expect(look({ on: "log-looked-at", look: { is: "small" }, at })).toEqual([]);
  expect(look({ on: "log-looked-at", look: whole, at })).toEqual([
    'info the agent\'s log was set aside {"keptBytes":7}',
  ]);
  expect(look({ on: "log-looked-at", look: { ...whole, lostBytes: 3 }, at })).toEqual([
    'warn the agent\'s log was set aside, a part of it is gone {"keptBytes":7,"skippedBytes":0,"lostBytes":3}',
  ]);
});

test("a log that cannot be set aside is told once, in words of its own", () => {
  const start: State = { ...initialState(uid), log: newLogWatch };
  const step = { do: "look-at-log" } as const;
  const { lines } = toldBy(start, [
    { on: "step-failed", step, why: "ENOSPC", at: 1 },
    { on: "step-failed", step, why: "ENOSPC", at: 2 },
  ]);
  expect(lines).toEqual(["the agent's log is too large and could not be set aside"]);
});
