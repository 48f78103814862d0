import fc from "fast-check";
import { test, expect } from "vitest";
import type { State } from "../../../src/supervisor/core/state/state.ts";
import { withConfig, initialState } from "../../../src/supervisor/core/state/state.ts";
import { remoteOf, uid, baseLayer, configText } from "../../helpers/core/core-samples.ts";
import { type World, createWorld } from "../../helpers/core/world.ts";

const words = ["one", "two", "three", "slow", "dies", "refused", "blank", "broken"] as const;

/** An offer, how the binary answers for it, and how long nothing else comes. */
const act = fc.record({
  word: fc.constantFrom(...words),
  fresh: fc.boolean(),
  validationMs: fc.constantFrom(0, 15, 400, 12_000, 70_000, Infinity),
  passMs: fc.oneof(fc.constant(0), fc.nat(60), fc.nat(3_000), fc.nat(30_000)),
});

function textOf(word: (typeof words)[number], index: number): string {
  if (word === "blank") return " ";
  return word === "broken" ? `a: [${index}` : configText(`${word}${index}`);
}

/** What the server is told, as it changes. */
function verdictOf({ config: { verdict } }: State): string {
  return verdict.is === "unset" ? "unset" : `${verdict.hash} ${verdict.is}`;
}

/** Lets a world go on in small steps, and keeps what must never be so. */
function watched(world: World, durationMs: number, told: string[]): void {
  const look = (): void => {
    const verdict = verdictOf(world.state());
    if (told.at(-1) !== verdict) told.push(verdict);
  };
  look();
  for (let left = durationMs; left > 0; left -= 250) {
    world.pass(Math.min(left, 250));
    look();
  }
}

test("whatever is offered at whatever moment, one validation runs, and the last offer has its verdict", () => {
  fc.assert(
    fc.property(fc.array(act, { minLength: 1, maxLength: 25 }), fc.boolean(), (acts, restarts) => {
      const world = createWorld(
        withConfig(initialState(uid), { local: [baseLayer(configText("base"))] }),
        {
          healthyAfterMs: (text) => (text.includes("nop/slow") ? 3_000 : 40),
          diesAfterMs: (text) => (text.includes("nop/dies") ? 30 : Infinity),
          refuses: (text) => (text.includes("nop/refused") ? "unknown type" : undefined),
        },
        { reload: restarts ? "restart" : "auto" },
      );
      const told: string[] = [];
      world.pass(1_000);
      let last = "";
      acts.forEach(({ word, fresh, validationMs, passMs }, index) => {
        world.behave.validationMs = validationMs;
        const text = textOf(word, fresh ? index : 0);
        last = Buffer.from(`${word}-${fresh ? index : 0}`).toString("hex");
        world.post({ on: "config-offered", remote: { ...remoteOf(word, text), hash: last } });
        watched(world, passMs, told);
      });
      world.behave.validationMs = 15;
      watched(world, 400_000, told);
      const { config, agent } = world.state();
      expect(world.violations).toEqual([]);
      expect(told.at(-1)).toMatch(new RegExp(`^${last} (?:applied|failed)$`));
      expect(config.held).toBeUndefined();
      expect(config.validating).toBeUndefined();
      expect(config.candidate).toBeUndefined();
      expect(agent.process.at).toBe("up");
      // Who has been told APPLYING hears more, be it of a newer offer.
      told.forEach((verdict, index) => {
        if (verdict.endsWith("applying")) expect(told[index + 1]).toBeDefined();
      });
      expect(most(world.trace)).toBeLessThanOrEqual(acts.length + 3);
    }),
    { numRuns: 60 },
  );
});

/** How often the agent was changed. */
function most(trace: readonly string[]): number {
  return trace.filter((line) => line.startsWith("write")).length;
}

test("ten thousand offers in a minute cost the agent a few changes, and the last one runs", () => {
  const world = createWorld(
    withConfig(initialState(uid), { local: [baseLayer(configText("base"))] }),
  );
  world.pass(1_000);
  world.forget();
  for (let index = 0; index < 10_000; index += 1) {
    world.post({ on: "config-offered", remote: remoteOf(`n${index}`) });
    world.pass(6);
  }
  expect(world.state().config.held?.superseded).toBeGreaterThan(1_000);
  world.pass(60_000);
  expect(world.state().config.verdict).toMatchObject({
    is: "applied",
    hash: remoteOf("n9999").hash,
  });
  expect(world.trace.filter((line) => line.startsWith("validate")).length).toBeLessThan(14);
  expect(world.trace.filter((line) => line.startsWith("start")).length).toBeLessThan(14);
});

test("two offers in turns for ever do not keep the agent from running", () => {
  const world = createWorld(
    withConfig(initialState(uid), { local: [baseLayer(configText("base"))] }),
  );
  world.pass(1_000);
  world.forget();
  for (let index = 0; index < 1_200; index += 1) {
    world.post({ on: "config-offered", remote: remoteOf(index % 2 === 0 ? "one" : "two") });
    world.pass(50);
  }
  expect(world.trace.filter((line) => line.startsWith("start")).length).toBeLessThan(14);
});

test("a binary that never answers costs that offer its verdict, and holds up no newer one", () => {
  const world = createWorld(
    withConfig(initialState(uid), { local: [baseLayer(configText("base"))] }),
  );
  world.pass(1_000);
  world.behave.validationMs = Infinity;
  world.post({ on: "config-offered", remote: remoteOf("one") });
  world.pass(1_000);
  world.behave.validationMs = 15;
  world.post({ on: "config-offered", remote: remoteOf("two") });
  world.pass(12_000);
  expect(world.state().config.verdict).toMatchObject({ is: "applied", hash: remoteOf("two").hash });
  world.behave.validationMs = Infinity;
  world.post({ on: "config-offered", remote: remoteOf("three") });
  world.pass(95_000);
  expect(world.state().config.verdict).toMatchObject({
    is: "failed",
    why: expect.stringContaining("90 s") as string,
  });
});
