import { test, expect } from "vitest";
import { newLogWatch } from "../../../../src/supervisor/core/agent/log-size.ts";
import { withConfig, initialState } from "../../../../src/supervisor/core/state/state.ts";
import { uid, baseLayer, configText } from "../../../helpers/core/core-samples.ts";
import { type Manners, type World, createWorld } from "../../../helpers/core/world.ts";

function running(manners: Partial<Manners> = {}, log = true): World {
  const state = withConfig(initialState(uid), { local: [baseLayer(configText("base"))] });
  const world = createWorld(log ? { ...state, log: newLogWatch } : state, manners);
  world.pass(1_000);
  return world;
}

const looks = ({ trace }: World): number => trace.filter((step) => step === "look").length;

test("the log is looked at every five seconds while an agent runs", () => {
  const world = running();
  expect(looks(world)).toBe(0);
  world.pass(50_000);
  expect(looks(world)).toBe(10);
});

test("nobody looks at a log that is not written", () => {
  const world = running({}, false);
  world.pass(60_000);
  expect(looks(world)).toBe(0);
});

test("nobody looks while no agent runs", () => {
  const world = running({ drainMs: 5 });
  world.post({ on: "stop-asked" });
  world.pass(60_000);
  expect(world.running()).toEqual([]);
  expect(looks(world)).toBe(0);
});

test("an agent that takes long to end is still looked after", () => {
  const world = running({ drainMs: 9_000 });
  world.post({ on: "stop-asked" });
  world.pass(8_000);
  expect(looks(world)).toBe(1);
});

test("a log that cannot be set aside is looked at less often, until it can", () => {
  const world = running({ log: () => "ENOSPC: no space left on device" });
  world.pass(60_000);
  expect(looks(world)).toBe(1);
  expect(world.state().log?.problem).toBe("ENOSPC: no space left on device");
  world.behave.log = () => ({ is: "small" });
  world.pass(20_000);
  expect(world.state().log?.problem).toBeUndefined();
  expect(looks(world)).toBeGreaterThan(2);
  expect(world.state().agent.process.at).toBe("up");
});

test("one look at a time", () => {
  const world = running();
  world.post({ on: "step-begun", step: { do: "look-at-log" } });
  world.pass(60_000);
  expect(looks(world)).toBe(0);
});

test("a run without a log is known as such until it has one again", () => {
  const world = running();
  const agent = world.state().agent.process;
  const run = "run" in agent ? agent.run : 0;
  world.post({ on: "agent-started", run, pid: 1, noLog: "no room" });
  expect(world.state().log?.missing).toBe("no room");
  world.behave.log = () => ({ is: "gone", why: "it was removed" });
  world.pass(6_000);
  expect(world.state().log?.missing).toBe("it was removed");
  world.behave.log = () => ({ is: "small" });
  world.pass(6_000);
  expect(world.state().log?.missing).toBeUndefined();
});
