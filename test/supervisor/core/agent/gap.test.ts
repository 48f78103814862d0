import { expect, test } from "vitest";
import { withConfig, initialState } from "../../../../src/supervisor/core/state/state.ts";
import { configText, uid, remoteOf } from "../../../helpers/core/core-samples.ts";
import { createWorld, type World } from "../../../helpers/core/world.ts";

/** A world whose agent has been up on local configuration for a while. */
function upFor(changes: Parameters<typeof createWorld>[2] = {}): World {
  const local = [{ name: "local.yaml", text: configText("local"), place: "base" as const }];
  const world = createWorld(withConfig(initialState(uid), { local }), {}, changes);
  world.pass(70_000);
  expect(world.state().agent.process.at).toBe("up");
  return world;
}

/** How long ago the agent fell silent. */
const silentForMs = (world: World): number => world.now() - (world.state().agent.gapSince ?? NaN);

test("an agent that has never answered is not silent, nor is one that answers", () => {
  const world = createWorld(initialState(uid), { healthyAfterMs: () => 10_000 });
  world.pass(9_000);
  expect(world.state().agent.process.at).toBe("starting");
  expect(world.state().agent.gapSince).toBeUndefined();
  world.pass(60_000);
  expect(world.state().agent.process.at).toBe("up");
  expect(world.state().agent.gapSince).toBeUndefined();
});

test("a crash begins a silence that ends with the first healthy answer", () => {
  const world = upFor();
  world.crash();
  world.pass(30);
  expect(silentForMs(world)).toBe(30);
  world.pass(100);
  expect(world.state().agent.gapSince).toBeUndefined();
});

test("a silence lasts through further crashes and the waits between them", () => {
  const world = upFor();
  world.crash();
  world.pass(20);
  world.crash();
  world.pass(150);
  expect(world.state().agent.process.at).toBe("down");
  expect(silentForMs(world)).toBe(170);
});

test("a restart is silent from the signal on, not only from the exit", () => {
  const world = upFor();
  world.behave.drainMs = 3_000;
  world.post({ on: "restart-commanded" });
  world.pass(2_000);
  expect(world.state().agent.process.at).toBe("stopping");
  expect(silentForMs(world)).toBe(2_000);
  world.pass(2_000);
  expect(world.state().agent.gapSince).toBeUndefined();
});

test("a reload that kills the agent and the way back are one silence", () => {
  const world = upFor({ reload: "auto" });
  world.behave.diesAfterMs = (text) => (text.includes("nop/dies") ? 20 : Infinity);
  world.post({ on: "config-offered", remote: remoteOf("dies") });
  world.pass(15 + 1 + 9 + 20 + 5);
  expect(world.state().config.verdict.is).toBe("failed");
  expect(world.state().agent.process.at).toBe("starting");
  expect(silentForMs(world)).toBe(34);
});

test("ill health is silence from the first bad answer on", () => {
  const world = upFor();
  world.behave.healthyAfterMs = () => Infinity;
  world.pass(5_000);
  expect(world.state().agent.process).toMatchObject({ at: "up", healthySince: undefined });
  expect(silentForMs(world)).toBeLessThanOrEqual(5_000);
  world.behave.healthyAfterMs = () => 0;
  world.pass(5_000);
  expect(world.state().agent.gapSince).toBeUndefined();
});

test("an agent that is stopped because there is nothing to run leaves no silence behind", () => {
  const world = createWorld();
  world.pass(1_000);
  const nothing = { hash: "00", digest: "none", files: [], problem: undefined };
  world.post({ on: "config-offered", remote: nothing });
  world.pass(10_000);
  expect(world.state().agent.process.at).toBe("down");
  expect(world.state().agent.gapSince).toBeUndefined();
});
