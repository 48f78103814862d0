import { wallTime } from "../../../../src/supervisor/core/state/wall-clock.ts";
import { test, expect } from "vitest";
import { rollBackApplied, rollBackTrial } from "../../../../src/supervisor/core/config/trial.ts";
import { transitionsOf } from "../../../../src/supervisor/core/report/transitions.ts";
import type { Event } from "../../../../src/supervisor/core/state/event.ts";
import {
  initialState,
  type State,
  withConfig,
} from "../../../../src/supervisor/core/state/state.ts";
import { countTransitions, noTotals } from "../../../../src/supervisor/own-telemetry/totals.ts";
import { changesOf, firstStart } from "../../../helpers/core/changes.ts";
import { policy, remoteOf, uid } from "../../../helpers/core/core-samples.ts";
import { told } from "../../../helpers/core/told.ts";

const ticked: Event = { on: "ticked", at: 3_000 };
const way = "rolled back to the last good configuration";

const trying: readonly Event[] = [
  ...firstStart,
  { on: "config-offered", remote: remoteOf("one"), at: 2_000 },
  { on: "config-validated", number: 2, tookMs: 5, at: 2_005 },
  { on: "config-written", number: 2, at: 2_006 },
];
const proving: readonly Event[] = [
  ...trying,
  { on: "agent-exited", run: 1, exit: endedWell(), random: 0, at: 2_010 },
  { on: "agent-started", run: 2, pid: 8, at: 2_011 },
  { on: "agent-probed", run: 2, outcome: { is: "healthy", upSince: wallTime(2_015) }, at: 2_020 },
];

function endedWell() {
  const words = { spawnError: undefined, lastLines: [] };
  return { code: 0, signal: undefined, outOfMemory: false, ...words };
}

/** As if what was good were kept on disk under another number. */
function goodAs(number: number, { state }: { readonly state: State }): State {
  const { good } = state.config;
  return withConfig(state, { good: { ...good!, number } });
}

function kindsOf(facts: readonly Event[]): readonly string[] {
  const { changes } = changesOf(initialState(uid), facts);
  return changes.flatMap(({ before, after, event }) =>
    transitionsOf(before, after, event).map(({ is }) => is),
  );
}

test("a rollback is known by who rolls back: told and counted under a higher number too", () => {
  for (const number of [1, 7]) {
    const before = goodAs(number, changesOf(initialState(uid), trying));
    const after = rollBackTrial(before, "it fell ill", 3_000, policy);
    const transitions = transitionsOf(before, after, ticked);
    expect(transitions).toContainEqual({
      ...{ is: "rolled-back", from: 2, generation: number },
      why: "it fell ill",
    });
    expect(countTransitions(noTotals, transitions)).toMatchObject({ rollbacks: 1, failed: 1 });
    const fields = { generation: number, from: 2 };
    expect(told(before, after, ticked)).toContainEqual({ level: "warn", message: way, fields });
  }
});

test("what was applied is rolled back in the same words", () => {
  const { state } = changesOf(initialState(uid), [...proving, { on: "ticked", at: 3_000 }]);
  const previous = { ...state.config.previous!, number: 7 };
  const before = withConfig(state, { previous });
  const after = rollBackApplied(before, "it fell ill", 3_001, policy);
  expect(told(before, after, ticked).map(({ message }) => message)).toContain(way);
});

test("the same rollback is told once", () => {
  const { state } = changesOf(initialState(uid), trying);
  const after = rollBackTrial(state, "it fell ill", 3_000, policy);
  expect(told(after, withConfig(after, { notBefore: 1 }), ticked)).toEqual([]);
});

test("the proof of an offer begins once, and never with the offer that comes after it", () => {
  const again: Event = {
    ...{ on: "agent-probed", run: 2, at: 2_100 },
    outcome: { is: "healthy", upSince: wallTime(2_015) },
  };
  const next: Event = { on: "config-offered", remote: remoteOf("two"), at: 2_200 };
  const kinds = kindsOf([...proving, again, next, { ...again, at: 2_201 }]);
  expect(kinds.filter((kind) => kind === "proof-begun")).toHaveLength(1);
});
