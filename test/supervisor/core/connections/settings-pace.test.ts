import fc from "fast-check";
import { test, expect } from "vitest";
import { digestRead } from "../../../../src/supervisor/core/digest-read.ts";
import { factFailed } from "../../../../src/supervisor/core/fact-failed.ts";
import {
  heldSettingsStep,
  joinOffers,
} from "../../../../src/supervisor/core/connections/settings-pace.ts";
import type { SettingsOffer } from "../../../../src/supervisor/core/state/offers.ts";
import type { World } from "../../../helpers/core/world.ts";
import { connectionTo, opampOffer, settingsOffer } from "../../../helpers/core/offers.ts";
import { offer, runningWorld, status } from "../../../helpers/core/running-world.ts";

const hexOf = (word: string): string => Buffer.from(word).toString("hex");
const toServer = (word: string): Partial<SettingsOffer> => ({
  opamp: opampOffer({ endpoint: `wss://${word}.example.com/v1/opamp` }),
});

/** How often a connection was made beside the one in use. */
function proofs({ trace }: World): number {
  return trace.filter((line) => line.startsWith("prove")).length;
}

test("of a thousand offers of another server a few are tried, and the newest is used", () => {
  const world = runningWorld();
  for (let index = 0; index < 1_000; index += 1) {
    offer(world, `o${index}`, toServer(`s${index}`));
    world.pass(4);
  }
  expect(proofs(world)).toBeLessThanOrEqual(22);
  const step = heldSettingsStep(world.state(), world.now() + 5_000);
  expect(step).toMatchObject({ do: "read-connections", offer: { hash: hexOf("o999") } });
  world.pass(10_000);
  expect(status(world)).toEqual({ is: "applied", hash: hexOf("o999") });
  expect(world.state().connections.server?.endpoint).toBe("wss://s999.example.com/v1/opamp");
  expect(proofs(world)).toBeLessThanOrEqual(24);
});

test("the same offer again changes nothing while it waits", () => {
  const world = runningWorld();
  for (let index = 0; index < 25; index += 1) {
    offer(world, `o${index}`, { opamp: opampOffer({ heartbeatSeconds: 30 + index }) });
  }
  const before = world.state();
  expect(before.connections.last?.hash).toBe(hexOf("o19"));
  offer(world, "o24", { opamp: opampOffer({ heartbeatSeconds: 54 }) });
  expect(world.state()).toBe(before);
  world.pass(10_000);
  expect(status(world)).toEqual({ is: "applied", hash: hexOf("o24") });
  expect(world.state().connections.server?.heartbeatSeconds).toBe(54);
});

test("what an offer in between has named and the newest does not is not lost", () => {
  const world = runningWorld();
  for (let index = 0; index < 20; index += 1) {
    offer(world, `o${index}`, { opamp: opampOffer({ heartbeatSeconds: 30 + index }) });
  }
  offer(world, "m", { telemetry: { metrics: connectionTo("https://m") } });
  offer(world, "t", { telemetry: { traces: connectionTo("https://t") } });
  offer(world, "h", { opamp: opampOffer({ heartbeatSeconds: 99 }) });
  world.pass(20_000);
  expect(status(world)).toEqual({ is: "applied", hash: hexOf("h") });
  expect(Object.keys(world.state().connections.accepted.telemetry)).toEqual(["metrics", "traces"]);
  expect(world.state().connections.server?.heartbeatSeconds).toBe(99);
});

test("one that cannot be read when its turn comes is that one's FAILED, and waits no more", () => {
  const world = runningWorld();
  for (let index = 0; index < 22; index += 1) {
    offer(world, `o${index}`, { opamp: opampOffer({ heartbeatSeconds: 30 + index }) });
  }
  const at = world.now();
  const waits = settingsOffer("o21", { opamp: opampOffer({ heartbeatSeconds: 51 }) });
  expect(digestRead(world.state(), { on: "settings-offered", offer: waits, at })).toBeUndefined();
  const step = { do: "read-connections", offer: waits } as const;
  const fact = { on: "step-begun", step } as const;
  expect(digestRead(world.state(), { ...fact, at })).toBe(waits.digest);
  const failed = factFailed(world.state(), { on: "fact-failed", fact, why: "too deep", at });
  expect(failed.connections).toMatchObject({
    held: undefined,
    status: { is: "failed", hash: hexOf("o21") },
  });
});

test("two offers joined are what both are one after the other", () => {
  const older = settingsOffer("a", {
    opamp: opampOffer({ endpoint: "wss://a", headers: [["x", "1"]], heartbeatSeconds: 5 }),
    telemetry: { logs: connectionTo("https://l") },
  });
  const newer = settingsOffer("b", {
    opamp: opampOffer({ endpoint: "wss://b", heartbeatSeconds: 8 }),
    telemetry: { logs: connectionTo(""), metrics: connectionTo("https://m") },
  });
  expect(joinOffers(undefined, newer)).toBe(newer);
  expect(joinOffers(older, newer)).toEqual({
    ...newer,
    opamp: { ...older.opamp, endpoint: "wss://b", heartbeatSeconds: 8 },
    telemetry: { logs: connectionTo(""), metrics: connectionTo("https://m") },
  });
});

test("whatever is offered at whatever moment, the last offer has its word and nothing waits", () => {
  const act = fc.record({
    word: fc.constantFrom("beat", "server", "refused", "metrics", "blank"),
    index: fc.nat(3),
    passMs: fc.oneof(fc.constant(0), fc.nat(100), fc.nat(6_000)),
  });
  const partsOf = (word: string, index: number): Partial<SettingsOffer> => {
    if (word === "beat") return { opamp: opampOffer({ heartbeatSeconds: 10 + index }) };
    if (word === "server" || word === "refused") return toServer(`${word}${index}`);
    if (word === "blank") return { problem: `too large ${index}` };
    return { telemetry: { metrics: connectionTo(`https://m${index}`) } };
  };
  fc.assert(
    fc.property(fc.array(act, { minLength: 1, maxLength: 60 }), (acts) => {
      const world = runningWorld();
      world.behave.refutes = ({ endpoint }) =>
        endpoint?.includes("refused") === true ? "no" : undefined;
      let last = "";
      for (const { word, index, passMs } of acts) {
        last = `${word}${index}`;
        offer(world, last, partsOf(word, index));
        world.pass(passMs);
      }
      world.pass(120_000);
      expect(world.violations).toEqual([]);
      expect(world.state().connections).toMatchObject({ held: undefined, candidate: undefined });
      expect(status(world)).toMatchObject({
        is: expect.stringMatching(/^(?:applied|failed)$/) as string,
        hash: hexOf(last),
      });
    }),
    { numRuns: 40 },
  );
});
