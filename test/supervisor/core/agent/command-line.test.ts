import { expect, test } from "vitest";
import type { Fact } from "../../../../src/supervisor/core/state/event.ts";
import { runningWorld } from "../../../helpers/core/running-world.ts";
import type { World } from "../../../helpers/core/world.ts";

function newCommandLine(world: World): Extract<Fact, { on: "settings-read" }> {
  const { local } = world.state().config;
  const nothing = { endpoint: "", newBinary: false, lifts: false };
  return { on: "settings-read", local, ...nothing, restartsAgent: true };
}

const restored = "restore the command line";

test("an agent that ends at once with a new command line gets the former one back, and no configuration is blamed", () => {
  const world = runningWorld();
  const { target } = world.state().config;
  world.behave.diesAfterMs = () => 20;
  world.post(newCommandLine(world));
  world.pass(200);
  expect(world.trace).toContain(restored);
  world.behave.diesAfterMs = () => Infinity;
  world.post({ ...newCommandLine(world), isRestored: true });
  world.pass(40_000);
  expect(world.state().agent.process.at).toBe("up");
  expect(world.state().config.target).toBe(target);
  expect(world.trace.filter((step) => step === restored)).toHaveLength(1);
});

test("one end soon after it was healthy may be chance, a second one is not; later ones are as ever", () => {
  const world = runningWorld();
  world.post(newCommandLine(world));
  world.pass(5_000);
  world.crash();
  world.pass(5_000);
  expect(world.trace).not.toContain(restored);
  world.crash();
  world.pass(5_000);
  expect(world.trace).toContain(restored);

  const proved = runningWorld();
  proved.post(newCommandLine(proved));
  proved.pass(60_000);
  for (let time = 0; time < 3; time += 1) {
    proved.crash();
    proved.pass(5_000);
  }
  expect(proved.trace).not.toContain(restored);
});

test("an agent that is not healthy in its time with it gets the former one back", () => {
  const world = runningWorld();
  world.behave.healthyAfterMs = () => Infinity;
  world.post(newCommandLine(world));
  world.pass(60_000);
  expect(world.trace).not.toContain(restored);
  world.pass(15_000);
  expect(world.trace).toContain(restored);
});

test("a kill from outside counts for nothing, and a stop goes back to nothing", () => {
  const world = runningWorld();
  world.post(newCommandLine(world));
  world.pass(15);
  world.crash({ signal: "SIGKILL" });
  world.pass(60_000);
  expect(world.trace).not.toContain(restored);
  world.behave.diesAfterMs = () => 20;
  world.post(newCommandLine(world));
  world.post({ on: "stop-asked" });
  world.pass(5_000);
  expect(world.trace).not.toContain(restored);
});
