import fc from "fast-check";
import { expect, test } from "vitest";
import { type PartWorld, partText, partWorld } from "../../helpers/core/part-world.ts";

const settings = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom("", "{x: 1}") },
  { weight: 1, arbitrary: fc.constantFrom("{dies: 1}", "{slow: 1}") },
);
const receivers = fc.record(
  { "nop/one": settings, "nop/two": settings, "nop/three": settings },
  { requiredKeys: ["nop/one"] },
);

/** What may happen: an offer, what the extension tells, the agent's end, a lost extension, mere time. */
const happening = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      offer: receivers,
      exporters: fc.constantFrom("nop", "nop", "nop", "nop/2"),
      proved: fc.boolean(),
    }),
  },
  { weight: 6, arbitrary: fc.constant({ tell: true } as const) },
  { weight: 1, arbitrary: fc.constant({ crash: true } as const) },
  { weight: 1, arbitrary: fc.constant({ lost: true } as const) },
  { weight: 1, arbitrary: fc.constant({ restart: true } as const) },
  { weight: 1, arbitrary: fc.record({ manner: fc.constantFrom("in part", "whole", "deaf") }) },
  { weight: 5, arbitrary: fc.record({ pass: fc.constantFrom(1, 5, 20, 60, 700, 4_000) }) },
);

/** Tells what is true of the agent: when each receiver that it runs has begun. */
function createTeller({ world, tell }: PartWorld): () => void {
  const begun = new Map<string, bigint>();
  return () => {
    const [child] = world.running();
    if (child === undefined || world.state().extension.link?.run !== child.run) return;
    const list = /receivers: \[(.*?)\]/.exec(child.text)?.[1]?.split(", ") ?? [];
    const told: Record<string, bigint> = {};
    for (const id of list) {
      const text = new RegExp(`^  ${id}:(.*)$`, "m").exec(child.text)?.[1] ?? "";
      const key = `${child.run} ${child.upSince} ${id} ${text}`;
      const time = begun.get(key) ?? BigInt(begun.size + 1);
      begun.set(key, time);
      told[id] = time;
    }
    tell(told);
  };
}

test("whatever happens while receivers are restarted alone, what is said to be applied is what runs", () => {
  let inPart = 0;
  fc.assert(
    fc.property(fc.array(happening, { minLength: 5, maxLength: 20 }), (story) => {
      const of = partWorld();
      const { world } = of;
      const tell = createTeller(of);
      world.behave.diesAfterMs = (text) => (text.includes("dies") ? 30 : Infinity);
      world.behave.healthyAfterMs = (text) => (text.includes("slow") ? 6_000 : 40);
      const check = (): void => {
        const { verdict, target } = world.state().config;
        const [child] = world.running();
        const agent = world.state().agent.process;
        if (agent.at === "up") expect(child?.text).toBe(agent.generation.config.text);
        if (verdict.is === "applied") expect(target?.remote?.hash).toBe(verdict.hash);
      };
      for (const [index, event] of story.entries()) {
        if ("offer" in event) {
          of.offer(`${index}`, partText(event.offer, event.exporters));
          if (!event.proved) continue;
          world.pass(60);
          tell();
          world.pass(700);
        } else if ("tell" in event) tell();
        else if ("crash" in event) world.crash();
        else if ("restart" in event) world.post({ on: "restart-commanded" });
        else if ("lost" in event) {
          const run = world.running()[0]?.run ?? 0;
          world.post({ on: "extension-lost", run });
          world.post({ on: "extension-connected", run });
        } else if ("manner" in event) {
          world.behave.reloadsInPart = event.manner === "in part";
          world.behave.reloadMs = event.manner === "deaf" ? Infinity : 9;
        } else world.pass(event.pass);
        check();
      }
      inPart += world.trace.filter((line) => line.endsWith("in part")).length;
      world.behave.reloadMs = 9;
      world.pass(80_000);
      check();
      expect(world.violations).toEqual([]);
      expect(world.state().agent.process.at).toBe("up");
      expect(world.state().config.verdict.is).not.toBe("applying");
    }),
    { numRuns: 60 },
  );
  expect(inPart, "the story is about them").toBeGreaterThan(5);
});
