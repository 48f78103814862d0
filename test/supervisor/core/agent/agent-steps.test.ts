import { test, expect } from "vitest";
import {
  agentDeadlines,
  readingDeadlines,
  lookStep,
} from "../../../../src/supervisor/core/agent/agent-steps.ts";
import { withConfig, initialState } from "../../../../src/supervisor/core/state/state.ts";
import {
  remoteOf,
  uid,
  baseLayer,
  configText,
  policy,
} from "../../../helpers/core/core-samples.ts";
import { runningWorld } from "../../../helpers/core/running-world.ts";
import { createWorld } from "../../../helpers/core/world.ts";

test("an agent that does not drain in time is killed once", () => {
  const world = runningWorld();
  world.behave.drainMs = Infinity;
  world.post({ on: "stop-asked" });
  world.pass(60_000);
  expect(world.trace).toEqual(["stop", "kill"]);
  expect(world.state().agent.process.at).toBe("down");
});

test("a SIGHUP without effect is followed by a restart", () => {
  const world = runningWorld({ reload: "auto" });
  world.behave.reloadMs = Infinity;
  world.post({ on: "config-offered", remote: remoteOf("one") });
  world.pass(20_000);
  expect(world.trace).toEqual(["validate 2", "write 2", "reload 2", "stop", "start 2"]);
  expect(world.state().config.verdict.is).toBe("applied");
});

test("where the health check names no beginning a change takes a restart", () => {
  const world = createWorld(
    withConfig(initialState(uid), { local: [baseLayer(configText("base"))] }),
    { tellsUpSince: false },
    { reload: "auto" },
  );
  world.pass(1_000);
  world.forget();
  world.post({ on: "config-offered", remote: remoteOf("one") });
  world.pass(1_000);
  expect(world.trace).toEqual(["validate 2", "write 2", "stop", "start 2"]);
});

test("an agent that was never healthy gets no SIGHUP, which would kill it", () => {
  const world = createWorld(
    withConfig(initialState(uid), { local: [baseLayer(configText("base"))] }),
    { healthyAfterMs: (text) => (text.includes("nop/cure") ? 40 : Infinity) },
    { reload: "auto" },
  );
  world.pass(5_000);
  world.forget();
  world.post({ on: "config-offered", remote: remoteOf("cure") });
  world.pass(1_000);
  expect(world.trace).toEqual(["validate 2", "write 2", "stop", "start 2"]);
});

test("a stop in the middle of a reload ends the agent", () => {
  const world = runningWorld({ reload: "auto" });
  world.behave.reloadMs = Infinity;
  world.post({ on: "config-offered", remote: remoteOf("one") });
  world.pass(100);
  world.post({ on: "stop-asked" });
  world.pass(1_000);
  expect(world.running()).toEqual([]);
});

test("each state of the process has the moment at which it is looked at again", () => {
  const world = runningWorld();
  const begun = world.now();
  world.behave.drainMs = Infinity;
  world.post({ on: "stop-asked" });
  expect(agentDeadlines(world.state(), policy)).toEqual([begun + policy.drainMs]);
  const crashed = runningWorld();
  crashed.behave.diesAfterMs = () => 0;
  crashed.crash();
  crashed.pass(1);
  const { process, crashes } = crashed.state().agent;
  expect(process.at).toBe("down");
  expect(agentDeadlines(crashed.state(), policy)).toEqual([crashes.notBefore]);
});

test("nothing is to be read of an agent that is not up, nor is a log looked at that is not written", () => {
  const world = runningWorld();
  expect(readingDeadlines(initialState(uid))).toEqual([]);
  expect(lookStep(world.state(), Infinity)).toBeUndefined();
  const log = { asked: false, dueAt: 7, problem: undefined };
  expect(lookStep({ ...world.state(), log }, 6)).toBeUndefined();
  expect(lookStep({ ...world.state(), log }, 7)).toEqual({ do: "look-at-log" });
});
