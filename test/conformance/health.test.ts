import { test, expect } from "vitest";
import { encodeAgentToServer, decodeAgentToServer } from "../../src/opamp-client/wire/codec.ts";
import type { ComponentHealth } from "../../src/opamp-client/wire/messages.ts";
import { report } from "../../src/supervisor/core/report/full-report.ts";
import { someReport } from "../helpers/opamp/fake-client.ts";
import type { World } from "../helpers/core/world.ts";
import { both, started, sent } from "./fake-server.ts";
import { profile, settledWorld } from "./supervised.ts";

const healthOf = (world: World): ComponentHealth | undefined =>
  report(world.state(), profile).health;

/** An agent that has ended and will not come up again. */
function endedWorld(): World {
  const world = settledWorld();
  world.behave.diesAfterMs = () => 5;
  world.crash();
  world.pass(100);
  return world;
}

test("C-107 C-110 an agent that is up and healthy is, with its status and the time of that", () => {
  const world = settledWorld();
  const health = healthOf(world);
  expect(health).toMatchObject({ healthy: true, status: "running" });
  expect(health?.lastError).toBeUndefined();
  expect(health?.statusTimeUnixNano).toBeLessThanOrEqual(BigInt(world.now()) * 1_000_000n);
  expect(health?.statusTimeUnixNano).toBeGreaterThanOrEqual(health?.startTimeUnixNano ?? 0n);
});

test("C-107 C-108 C-109 an agent that has ended is not, its start is exactly 0, and the reason is told", () => {
  const health = healthOf(endedWorld());
  expect(health).toMatchObject({ healthy: false, startTimeUnixNano: 0n });
  expect(health?.lastError).toContain("Error: boom");
});

test("C-107 C-109 an agent that answers with ill health is not healthy, and says why", () => {
  const world = settledWorld();
  world.behave.healthyAfterMs = () => Infinity;
  world.pass(60_000);
  expect(healthOf(world)).toMatchObject({ healthy: false, lastError: "nothing listens" });
});

test("C-108 the start is the moment of the spawn, in nanoseconds", () => {
  const world = settledWorld();
  world.post({ on: "restart-commanded" });
  const spawned = world.now();
  world.pass(1_000);
  const start = healthOf(world)?.startTimeUnixNano ?? 0n;
  expect(start % 1_000_000n).toBe(0n);
  expect(Number(start / 1_000_000n) - spawned).toBeLessThan(1_000);
  expect(start).toBeGreaterThanOrEqual(BigInt(spawned) * 1_000_000n);
});

test("C-108 nineteen digits pass the wire without loss", () => {
  const startTimeUnixNano = 1_795_000_000_123_456_789n;
  const message = { instanceUid: new Uint8Array(16), sequenceNum: 0n, capabilities: 1n };
  const bytes = encodeAgentToServer({ ...message, health: { startTimeUnixNano } });
  expect(decodeAgentToServer(bytes).health?.startTimeUnixNano).toBe(startTimeUnixNano);
});

/** Health with parts of parts. */
function nested(depth: number): ComponentHealth {
  const part: ComponentHealth = { healthy: depth % 2 === 0, status: `level ${depth}` };
  if (depth === 0) return { ...part, attributes: [{ key: "a.b", value: { intValue: -1n } }] };
  return { ...part, componentHealthMap: new Map([[`part ${depth}`, nested(depth - 1)]]) };
}

test.each(both)(
  "C-111 C-112 parts of parts, with attributes, reach the server whole, %s",
  async (over) => {
    const health = nested(40);
    const { server, received } = await started(over, {}, {}, someReport({ health }));
    await received(1);
    const [first] = sent(server);
    let [left, right]: (ComponentHealth | undefined)[] = [first?.health, health];
    for (let depth = 40; depth > 0; depth -= 1) {
      expect(left?.status).toBe(right?.status);
      left = left?.componentHealthMap?.get(`part ${depth}`);
      right = right?.componentHealthMap?.get(`part ${depth}`);
    }
    expect(left).toMatchObject({ attributes: [{ key: "a.b", value: { intValue: -1n } }] });
  },
);
