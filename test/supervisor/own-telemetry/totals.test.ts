import { wallTime } from "../../../src/supervisor/core/state/wall-clock.ts";
import { test, expect } from "vitest";
import { transitionsOf } from "../../../src/supervisor/core/report/transitions.ts";
import type { Event } from "../../../src/supervisor/core/state/event.ts";
import {
  type Totals,
  countTransitions,
  noTotals,
} from "../../../src/supervisor/own-telemetry/totals.ts";
import { type State, initialState } from "../../../src/supervisor/core/state/state.ts";
import { changesOf, firstStart } from "../../helpers/core/changes.ts";
import { uid, remoteOf } from "../../helpers/core/core-samples.ts";

const exit = {
  code: 1,
  signal: undefined,
  outOfMemory: false,
  spawnError: undefined,
  lastLines: ["Error: x"],
};

function totalsOf(facts: readonly Event[], start: State = initialState(uid)): Totals {
  return changesOf(start, facts).changes.reduce(
    (totals, { before, after, event }) =>
      countTransitions(totals, transitionsOf(before, after, event)),
    noTotals,
  );
}

const offer: readonly Event[] = [
  ...firstStart,
  { on: "config-offered", remote: remoteOf("one"), at: 2_000 },
  { on: "config-validated", number: 2, tookMs: 5, at: 2_005 },
  { on: "config-written", number: 2, at: 2_006 },
  { on: "agent-exited", run: 1, exit: { ...exit, code: 0 }, random: 0, at: 2_010 },
  { on: "agent-started", run: 2, pid: 8, at: 2_011 },
];

test("the first start is no restart and no gap", () => {
  expect(totalsOf(firstStart)).toEqual(noTotals);
});

test("an offer that is applied counts once, with its planned restart and the gap in seconds", () => {
  const applied: readonly Event[] = [
    ...offer,
    { on: "agent-probed", run: 2, outcome: { is: "healthy", upSince: wallTime(2_015) }, at: 2_020 },
    { on: "ticked", at: 3_000 },
    { on: "config-offered", remote: remoteOf("one"), at: 4_000 },
  ];
  const totals = totalsOf(applied);
  expect(totals).toMatchObject({ applied: 1, failed: 0, rollbacks: 0, remoteConfigs: 1 });
  expect(totals).toMatchObject({ plannedRestarts: 1, crashRestarts: 0 });
  expect(totals.gapSeconds).toBeCloseTo(0.014, 6);
});

test("an offer that kills the agent is a failure, a rollback and a restart by a crash", () => {
  const totals = totalsOf([...offer, { on: "agent-exited", run: 2, exit, random: 0, at: 2_100 }]);
  expect(totals).toMatchObject({ applied: 0, failed: 1, rollbacks: 1, plannedRestarts: 1 });
  expect(totals.crashRestarts).toBe(0);
  expect(totals.lastEnd).toBe("crash");
});

test("a crash is a restart when the agent is started again", () => {
  const crashed: readonly Event[] = [
    ...firstStart,
    { on: "agent-exited", run: 1, exit, random: 0, at: 50_000 },
    { on: "ticked", at: 110_000 },
    { on: "agent-started", run: 2, pid: 9, at: 110_001 },
    {
      on: "agent-probed",
      run: 2,
      outcome: { is: "healthy", upSince: wallTime(110_002) },
      at: 110_500,
    },
  ];
  expect(totalsOf(crashed)).toMatchObject({ crashRestarts: 1, plannedRestarts: 0 });
  expect(totalsOf(crashed).gapSeconds).toBeCloseTo(60.5, 6);
});

test("a stop that was asked for is no gap and no restart", () => {
  const stopped: readonly Event[] = [
    ...firstStart,
    { on: "stop-asked", at: 5_000 },
    { on: "agent-exited", run: 1, exit: { ...exit, code: 0 }, random: 0, at: 5_010 },
  ];
  expect(totalsOf(stopped)).toMatchObject({ gapSeconds: 0, plannedRestarts: 0, crashRestarts: 0 });
});
