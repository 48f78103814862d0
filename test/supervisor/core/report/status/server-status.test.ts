import { expect, test } from "vitest";
import { serverStatus } from "../../../../../src/supervisor/core/report/status/server-status.ts";
import { runningWorld } from "../../../../helpers/core/running-world.ts";
import { momentOf } from "../../../../helpers/core/status.ts";

const written = "wss://user:word@written.example.com/v1/opamp?key=1";

test("a server that was never reached is named as it is written, without name, password and query", () => {
  const world = runningWorld();
  expect(serverStatus(world.state(), written, momentOf(world))).toEqual({
    ...{ endpoint: "wss://written.example.com/v1/opamp", offeredByServer: false, connected: false },
    ...{ since: null, failure: null, nextTryAt: null },
  });
});

test("one that is gone is told with the failure and the next try, one that is back with neither", () => {
  const world = runningWorld();
  const endpoint = "wss://second.example.com/v1/opamp";
  world.post({ on: "server-lost", why: "connection refused", endpoint, retryInMs: 2_000 });
  world.post({ on: "server-lost", why: "connection refused", endpoint, retryInMs: 4_000 });
  const gone = serverStatus(world.state(), written, momentOf(world));
  expect(gone).toMatchObject({ endpoint, connected: false, failure: "connection refused" });
  expect(Date.parse(gone.nextTryAt ?? "")).toBe(world.now() + 4_000);
  world.pass(5_000);
  expect(serverStatus(world.state(), written, momentOf(world)).nextTryAt).toBeNull();
  world.post({ on: "server-reached", endpoint });
  const back = serverStatus(world.state(), written, momentOf(world));
  expect(back).toMatchObject({ endpoint, connected: true, failure: null, nextTryAt: null });
  expect(Date.parse(back.since ?? "")).toBe(world.now());
});

test("an endpoint that is none is not told", () => {
  const world = runningWorld();
  expect(serverStatus(world.state(), "${env:SECRET}", momentOf(world)).endpoint).toBe("");
});
