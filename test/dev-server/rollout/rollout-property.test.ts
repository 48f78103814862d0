import fc from "fast-check";
import { test, expect } from "vitest";
import { advanceRollout } from "../../../src/dev-server/rollout/advance-rollout.ts";
import { failuresOf } from "../../../src/dev-server/rollout/rollout-counts.ts";
import { whyOf } from "../../../src/dev-server/rollout/rollout-words.ts";
import type { AgentLook } from "../../../src/dev-server/rollout/staged-rollout.ts";
import { begin, throughStore, uidOf } from "./rollout-world.ts";

const looks = fc.record<AgentLook>({
  connected: fc.boolean(),
  condition: fc.constantFrom("healthy", "degraded", "failing", "unknown"),
  lastError: fc.constantFrom("", "out of memory"),
  wanted: fc.boolean(),
  reports: fc.boolean(),
  verdict: fc.constantFrom("none", "applying", "applied", "failed"),
  errorMessage: fc.constantFrom("", "no such exporter"),
});
const size = 7;
const steps = fc.array(
  fc.record({
    elapsedMs: fc.integer({ min: -1_000, max: 8_000 }),
    now: fc.integer(),
    at: fc.integer({ min: 0, max: size }),
    look: fc.option(looks, { nil: undefined }),
    restart: fc.boolean(),
  }),
  { maxLength: 60 },
);
const plans = fc.record({
  failuresAllowed: fc.integer({ min: 0, max: 3 }),
  settleMs: fc.constantFrom(0, 1, 5_000, 30_000),
  stages: fc.constantFrom([100], [10, 50, 100], [1, 2, 3, 4, 100]),
});

test("whatever agents do, stages come in order, failures stop it, and nobody is sent to twice", () => {
  fc.assert(
    fc.property(plans, steps, (plan, all) => {
      let rollout = begin(size, plan);
      const sent = new Set<string>();
      for (const { elapsedMs, now, at, look, restart } of all) {
        const before = rollout;
        const tick = { elapsedMs, now, looks: new Map([[uidOf(at), look]]) };
        const advanced = advanceRollout(restart ? throughStore(rollout) : rollout, tick);
        if (restart) expect(throughStore(rollout)).toEqual(rollout);
        rollout = advanced.rollout;
        expect(rollout.stage).toBeGreaterThanOrEqual(before.stage);
        expect(rollout.stage).toBeLessThanOrEqual(before.stage + 1);
        expect(rollout.clockMs).toBeGreaterThanOrEqual(before.clockMs);
        if (before.state !== "running") expect(advanced.sends).toEqual([]);
        if (before.state === "done") expect(rollout).toEqual(before);
        if (failuresOf(rollout) > plan.failuresAllowed) expect(rollout.state).toBe("stopped");
        if (rollout.stage > before.stage) {
          const begun = [...rollout.agents.values()].filter(({ stage }) => stage <= before.stage);
          const atWork = begun.filter(
            (agent) => agent.connected && ["pending", "sent", "applying"].includes(agent.state),
          );
          expect(atWork).toEqual([]);
        }
        for (const uid of advanced.sends) {
          expect(sent.has(uid)).toBe(false);
          sent.add(uid);
          expect(rollout.agents.get(uid)?.stage).toBeLessThanOrEqual(rollout.stage);
        }
        expect(whyOf(rollout)).not.toBe("");
      }
    }),
  );
});

test("whatever agents go on doing, it comes to an end", () => {
  const flips = fc.array(looks, { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(plans, fc.array(flips, { minLength: size, maxLength: size }), (plan, agents) => {
      let rollout = begin(size, plan);
      for (let step = 0; step < 40_000 && rollout.state === "running"; step += 1) {
        const seen = agents.map((each, at): [string, AgentLook | undefined] => [
          uidOf(at),
          each[step % each.length],
        ]);
        rollout = advanceRollout(rollout, {
          ...{ elapsedMs: 5_000, now: step, looks: new Map(seen) },
        }).rollout;
      }
      expect(rollout.state).not.toBe("running");
    }),
    { numRuns: 60 },
  );
});
