import { resumption } from "../../../helpers/core/resumption.ts";
import { shownAt, wallTime } from "../../../../src/supervisor/core/state/wall-clock.ts";
import { test, expect } from "vitest";
import type { Fact } from "../../../../src/supervisor/core/state/event.ts";
import { plan } from "../../../../src/supervisor/core/plan.ts";
import { reduce } from "../../../../src/supervisor/core/reduce.ts";
import type { Step } from "../../../../src/supervisor/core/state/step.ts";
import { mayGoOn } from "../../../../src/supervisor/core/agent/adoption.ts";
import { restore, record } from "../../../../src/supervisor/core/report/journal.ts";
import {
  withConfig,
  initialState,
  type State,
} from "../../../../src/supervisor/core/state/state.ts";
import {
  baseLayer,
  configText,
  uid,
  binary,
  remoteOf,
  policy,
} from "../../../helpers/core/core-samples.ts";
import { type World, createWorld } from "../../../helpers/core/world.ts";

const local = [baseLayer(configText("base"))];

function runningWorld(): World {
  const world = createWorld(withConfig(initialState(uid), { local }));
  world.pass(10_000);
  return world;
}

/** As the next supervisor begins. */
function reopened(state: State): State {
  const texts = new Map(
    [state.config.good, state.config.target].flatMap((one) =>
      one === undefined ? [] : [[one.number, one.config.text] as const],
    ),
  );
  const back = restore(record(state), texts, resumption(1_000_000));
  return {
    ...withConfig(back, { local, onDisk: state.config.onDisk }),
    identity: { ...back.identity, binary },
  };
}

test("an agent that runs what is in force may go on", () => {
  expect(mayGoOn(reopened(runningWorld().state()), 1)).toBe(true);
});

test.each([
  ["runs another generation", {}, 2],
  ["would read something else at a reload", { onDisk: 2 }, 1],
  ["belongs to a supervisor that knows nothing any more", { target: undefined }, 1],
] as const)("one that %s may not", (_why, changes, generation) => {
  const state = withConfig(reopened(runningWorld().state()), changes);
  expect(mayGoOn(state, generation)).toBe(false);
});

test("in the middle of an apply nothing may go on, because nobody knows what the agent has read", () => {
  const world = runningWorld();
  world.behave.healthyAfterMs = () => Infinity;
  world.post({ on: "config-offered", remote: remoteOf("one") });
  world.pass(1_000);
  expect(world.state().config.trial).toBeDefined();
  for (const generation of [1, 2]) {
    expect(mayGoOn(reopened(world.state()), generation)).toBe(false);
  }
});

/** The state and the next step after these facts, a second apart. */
function after(state: State, ...facts: readonly Fact[]): { state: State; step: Step | undefined } {
  let [now, at] = [state, 1_000_000];
  for (const fact of facts) {
    at += 1_000;
    now = reduce(now, { ...fact, at }, policy);
  }
  return { state: now, step: plan(now, at, policy).step };
}

const adopting: Fact = {
  ...{ on: "agent-adopted", run: 1, pid: 101 },
  startedAt: wallTime(900_000),
  ageMs: undefined,
};
const started: Fact = { on: "supervisor-started" };
const healthy: Fact = {
  on: "agent-probed",
  run: 1,
  outcome: { is: "healthy", upSince: wallTime(950_000) },
};

test("an agent that was adopted is asked for its health and is not started again", () => {
  const begin = reopened(runningWorld().state());
  const one = after(begin, adopting, started);
  expect(one.step).toMatchObject({ do: "probe-agent", run: 1 });
  expect(one.state.agent.process).toMatchObject({ at: "starting", run: 1, pid: 101 });
  const two = after(begin, adopting, started, healthy);
  expect(two.state.agent.process).toMatchObject({ at: "up", pid: 101 });
  expect(two.state.agent.nextRun).toBe(2);
});

test("nothing is started while an agent that was left behind is still being looked after", () => {
  const begin = reopened(runningWorld().state());
  const offered: Fact = { on: "config-offered", remote: remoteOf("one") };
  expect(after(begin, { on: "server-reached" }).step).toBeUndefined();
  expect(after(begin, offered).step?.do).toBe("validate-config");
  expect(after(begin, started).step?.do).toBe("start-agent");
});

test("one that ends after all is started anew", () => {
  const nothing = { code: undefined, signal: undefined, outOfMemory: false, spawnError: undefined };
  const exited: Fact = {
    on: "agent-exited",
    run: 1,
    exit: { ...nothing, lastLines: [] },
    random: 0.5,
  };
  const begin = reopened(runningWorld().state());
  expect(after(begin, adopting, started, exited).step).toMatchObject({ do: "start-agent", run: 2 });
});

test.each([
  ["was not set since", 900_000, 101_500, 900_000],
  ["was set forward by an hour since", 900_000 - 3_600_000, 101_000, 900_000],
  ["was set back by an hour since", 900_000 + 3_600_000, 101_000, 900_000],
  ["was set back and the kernel's count is not seen", 9e9, undefined, 1_001_000],
])(
  "an agent that is adopted began when the kernel says where the clock %s",
  (_when, noted, ageMs, startedAt) => {
    const fact = {
      on: "agent-adopted",
      run: 1,
      pid: 101,
      startedAt: wallTime(noted),
      ageMs,
    } as const;
    const { state } = after(reopened(runningWorld().state()), fact, started);
    expect(state.agent.process).toMatchObject({ at: "starting", startedAt });
    const sure = {
      ...healthy,
      outcome: { is: "healthy", upSince: wallTime(noted + 500) },
    } as const;
    if (ageMs === undefined) return;
    expect(shownAt(state.clock, startedAt)).toEqual(wallTime(noted));
    expect(reduce(state, { ...sure, at: 1_003_000 }, policy).agent.process.at).toBe("up");
  },
);
