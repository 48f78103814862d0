import { test, expect } from "vitest";
import {
  connectionsFailed,
  connectionsTakenBack,
} from "../../../../src/supervisor/core/config/connections-failed.ts";
import { type State, initialState } from "../../../../src/supervisor/core/state/state.ts";
import { remoteOf, uid } from "../../../helpers/core/core-samples.ts";
import { connectionTo } from "../../../helpers/core/offers.ts";
import { runningWorld, offer, status } from "../../../helpers/core/running-world.ts";

test("own telemetry that the binary refuses is gone again, and what runs goes on", () => {
  const world = runningWorld();
  world.behave.refuses = (text) => (text.includes("https://m") ? "invalid keys" : undefined);
  offer(world, "own", { telemetry: { metrics: connectionTo("https://m") } });
  world.pass(5_000);
  expect(status(world)).toMatchObject({
    is: "failed",
    why: "the agent's configuration: invalid keys",
  });
  expect(world.trace.filter((step) => /start|stop|reload/.test(step))).toEqual([]);
  expect(world.state().connections.accepted.telemetry).toEqual({});
});

test("own telemetry on which the agent dies is taken back with its configuration", () => {
  const world = runningWorld();
  world.behave.diesAfterMs = (text) => (text.includes("https://m") ? 30 : Infinity);
  offer(world, "own", { telemetry: { metrics: connectionTo("https://m") } });
  world.pass(5_000);
  expect(status(world)).toMatchObject({ is: "failed" });
  expect(world.state().agent.process).toMatchObject({ at: "up", generation: { number: 1 } });
});

test("own telemetry on which it dies later is taken back too, and the remote configuration is not blamed", () => {
  const world = runningWorld();
  world.post({ on: "config-offered", remote: remoteOf("one") });
  world.pass(60_000);
  world.behave.diesAfterMs = (text) => (text.includes("https://m") ? 5_000 : Infinity);
  offer(world, "own", { telemetry: { metrics: connectionTo("https://m") } });
  world.pass(20_000);
  expect(status(world)).toMatchObject({
    is: "failed",
    why: expect.stringContaining("it was applied, but") as string,
  });
  expect(world.state().config.verdict).toEqual({ is: "applied", hash: remoteOf("one").hash });
  expect(world.state().config.good?.connections.telemetry).toEqual({});
});

test("a newer offer that waits holds what failed too: nobody is blamed yet", () => {
  const { connections, ...rest } = runningWorld().state();
  const trying = { telemetry: { metrics: connectionTo("https://m") }, others: [] };
  const tried: State = { ...rest, connections: { ...connections, accepted: trying, trying } };
  const waits: State = { ...tried, connections: { ...tried.connections, wanted: trying } };
  expect(connectionsFailed(waits, "x").connections.problems).toEqual([]);
  const blamed = connectionsFailed(tried, "x").connections;
  expect(blamed.problems).toEqual(["the agent's configuration: x"]);
  expect(blamed.trying).toBeUndefined();
  expect(blamed.accepted).toBe(tried.config.target?.connections);
});

test("a server that has offered nothing is not told that something was taken back", () => {
  expect(connectionsTakenBack(initialState(uid), "x").connections.status).toEqual({ is: "unset" });
});
