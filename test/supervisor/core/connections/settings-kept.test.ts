import fc from "fast-check";
import { expect, test } from "vitest";
import { settingsAfterStorage } from "../../../../src/supervisor/core/connections/settings-kept.ts";
import { policy, remoteOf } from "../../../helpers/core/core-samples.ts";
import { connectionTo } from "../../../helpers/core/offers.ts";
import { move, offer, runningWorld, second, status } from "../../../helpers/core/running-world.ts";

const full = { on: "storage-failed", why: "no space left" } as const;
const room = { on: "storage-works" } as const;
const own = { telemetry: { metrics: connectionTo("https://sink/v1/metrics") } };

test.each([
  ["a server", move],
  ["own telemetry", own],
])("an offer of %s that cannot be kept is refused, and begun when it can be", (_what, parts) => {
  const world = runningWorld();
  const before = world.state();
  world.post(full);
  world.forget();
  offer(world, "next", parts);
  const told = status(world);
  expect(told).toMatchObject({ is: "failed" });
  expect(told.is === "failed" && told.why).toContain("no space left");
  world.pass(60_000);
  expect(world.trace.filter((step) => /prove|use|write|validate/.test(step))).toEqual([]);
  expect(world.state().connections.server).toBe(before.connections.server);
  expect(world.state().connections.accepted).toBe(before.connections.accepted);
  world.post(room);
  world.pass(60_000);
  expect(status(world)).toMatchObject({ is: "applied" });
  expect(world.violations).toEqual([]);
});

test("a server that is being proved, or is used and not told of, is given up", () => {
  for (const afterMs of [0, 10, 20]) {
    const world = runningWorld();
    offer(world, "move", move);
    world.pass(afterMs);
    const { is } = status(world);
    world.post(full);
    world.pass(60_000);
    const kept = is === "applied";
    expect(status(world)).toMatchObject({ is: kept ? "applied" : "failed" });
    const { server, connectedWith, proving } = world.state().connections;
    expect(server?.endpoint).toBe(kept ? second : undefined);
    expect([connectedWith, proving]).toEqual([server, undefined]);
    world.post(room);
    world.pass(60_000);
    expect(status(world)).toMatchObject({ is: "applied" });
    expect(world.state().connections.server?.endpoint).toBe(second);
  }
});

test("an operator's retry does not begin what cannot be kept; a newer offer takes its place", () => {
  const world = runningWorld();
  world.post(full);
  offer(world, "one", move);
  world.post({ on: "retry-asked" });
  expect(status(world)).toMatchObject({ is: "failed" });
  offer(world, "two", own);
  world.post(room);
  world.pass(60_000);
  expect(status(world)).toMatchObject({ is: "applied" });
  expect(world.state().connections.server).toBeUndefined();
  expect(world.state().config.good?.connections.telemetry).toEqual(own.telemetry);
  const state = world.state();
  expect(settingsAfterStorage(state, state, world.now(), policy)).toBe(state);
});

test("whatever comes in whatever order, the end is an answer, and with room again it is a good one", () => {
  const happening = fc.oneof(
    fc.constant("full" as const),
    fc.constant("room" as const),
    fc.constant("move" as const),
    fc.constant("own" as const),
    fc.constant("config" as const),
    fc.integer({ min: 0, max: 3_000 }),
  );
  fc.assert(
    fc.property(fc.array(happening, { maxLength: 14 }), (happenings) => {
      const world = runningWorld();
      let number = 0;
      for (const what of happenings) {
        number += 1;
        if (what === "full") world.post(full);
        else if (what === "room") world.post(room);
        else if (what === "move") offer(world, `o${number}`, move);
        else if (what === "own") offer(world, `o${number}`, own);
        else if (what === "config") {
          world.post({ on: "config-offered", remote: remoteOf(`c${number}`) });
        } else world.pass(what);
        if (world.state().storage.problem === undefined) continue;
        // Nothing on its way is left to be applied that nothing is known of after a start.
        const { underWay, trying, candidate } = world.state().connections;
        expect(underWay === undefined || trying !== undefined).toBe(true);
        expect(candidate).toBeUndefined();
      }
      world.post(room);
      world.pass(300_000);
      expect(["applied", "unset"]).toContain(status(world).is);
      expect(["applied", "unset"]).toContain(world.state().config.verdict.is);
      expect(world.state().agent.process.at).toBe("up");
      expect(world.violations).toEqual([]);
    }),
    { numRuns: 80 },
  );
});
