import { wallTime } from "../../../../src/supervisor/core/state/wall-clock.ts";
import { test, expect } from "vitest";
import { restartDelayMs } from "../../../../src/supervisor/core/agent/process.ts";
import { remoteOf } from "../../../helpers/core/core-samples.ts";
import { runningWorld } from "../../../helpers/core/running-world.ts";

test.each([
  [0, 0],
  [1, 0],
  [2, 200],
  [3, 500],
  [4, 1_000],
  [5, 2_000],
  [6, 4_000],
  [9, 32_000],
  [10, 60_000],
  [1_000, 60_000],
])("after %i crashes in a row the wait is %i ms", (crashes, expected) => {
  expect(restartDelayMs(crashes, 0.5, 200, 60_000)).toBe(expected);
});

test("the wait varies by a quarter either way", () => {
  expect(restartDelayMs(2, 0, 4_000, 60_000)).toBe(3_000);
  expect(restartDelayMs(2, 1, 4_000, 60_000)).toBe(5_000);
});

test("even with the shortest waits a binary that dies at once is started nine times in 30 s", () => {
  let at = 0;
  let starts = 1;
  for (let crashes = 1; at < 30_000; crashes += 1) {
    at += restartDelayMs(crashes, 0, 200, 60_000);
    if (at < 30_000) starts += 1;
  }
  expect(starts).toBe(9);
});

test("a crash is answered by a start at once, the next ones by growing waits", () => {
  const world = runningWorld();
  const starts: number[] = [];
  world.behave.diesAfterMs = () => 10;
  world.crash();
  const begin = world.now();
  for (let second = 0; second < 3_000; second += 1) {
    const before = world.trace.length;
    world.pass(10);
    if (world.trace.length > before) starts.push(world.now() - begin);
  }
  expect(world.trace.every((step) => step === "start 1")).toBe(true);
  expect(starts).toEqual([210, 720, 1_730, 3_740, 7_750, 15_760]);
  expect(world.violations).toEqual([]);
});

test("a long stable run forgives earlier crashes", () => {
  const world = runningWorld();
  world.crash();
  world.pass(61_000);
  world.crash();
  world.pass(100);
  expect(world.state().agent.process.at).toBe("up");
  expect(world.state().agent.crashes.count).toBe(1);
});

test("an answer of a process that was there before our start does not count as health", () => {
  const world = runningWorld();
  world.crash();
  const agent = world.state().agent.process;
  expect(agent.at).toBe("starting");
  const run = agent.at === "down" ? 0 : agent.run;
  world.post({ on: "agent-probed", run, outcome: { is: "healthy", upSince: wallTime(1) } });
  const after = world.state().agent.process;
  expect(after.at).toBe("starting");
  expect(after.at === "starting" && after.probe.complaint).toContain("another process answers");
});

test("without another configuration an agent that ends again and again is started ever more seldom", () => {
  const world = runningWorld();
  world.behave.diesAfterMs = () => 10;
  world.forget();
  world.crash();
  world.pass(30_000);
  expect(world.trace.length).toBe(7);
  world.forget();
  world.pass(3_600_000);
  expect(world.trace.length).toBeLessThan(90);
  expect(world.trace.length).toBeGreaterThan(40);
});

test("a start for which the system has no room costs no configuration its place, however often that happens", () => {
  const world = runningWorld();
  const former = world.state().config.good?.number;
  world.post({ on: "config-offered", remote: remoteOf("next") });
  world.behave.healthyAfterMs = () => Infinity;
  world.pass(2_000);
  const scarce = { code: undefined, spawnError: "no more processes (EAGAIN)", scarce: true };
  for (let start = 0; start < 12; start += 1) {
    world.crash(scarce);
    expect(world.state().config.verdict.is).toBe("applying");
    world.pass(61_000 - 59_000 * Number(start < 4));
  }
  expect(world.state().config.good?.number).toBe(former);
  world.behave.healthyAfterMs = () => 10;
  world.crash(scarce);
  world.pass(120_000);
  expect(world.state().config.verdict.is).toBe("applied");
  expect(world.violations).toEqual([]);
});
