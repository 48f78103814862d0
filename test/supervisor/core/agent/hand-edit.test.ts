import fc from "fast-check";
import { expect, test } from "vitest";
import { agentProbed, configRestored } from "../../../../src/supervisor/core/agent/hand-edit.ts";
import { initialState } from "../../../../src/supervisor/core/state/state.ts";
import { policy, uid } from "../../../helpers/core/core-samples.ts";
import { runningWorld } from "../../../helpers/core/running-world.ts";
import type { World } from "../../../helpers/core/world.ts";

/** Somebody signals the collector himself: it begins anew with what its file holds. */
function reloadByOthers(world: World): void {
  const [child] = world.running();
  if (child === undefined) throw new Error("expected an agent");
  child.upSince = world.now();
  child.shownUpSince = world.now();
}

const reloads = ({ trace }: World): number =>
  trace.filter((step) => step.startsWith("reload")).length;

test("an agent that somebody reloads around a hand edit is told to read its file again, once", () => {
  fc.assert(
    fc.property(fc.integer({ min: -5_000, max: 5_000 }), (laterMs) => {
      const world = runningWorld({ reload: "auto" });
      world.pass(20_000);
      world.forget();
      if (laterMs < 0) world.post({ on: "config-restored" });
      else reloadByOthers(world);
      world.pass(Math.abs(laterMs));
      if (laterMs < 0) reloadByOthers(world);
      else world.post({ on: "config-restored" });
      world.pass(120_000);
      expect(reloads(world)).toBe(1);
      expect(world.trace).not.toContain("stop");
      expect(world.state().agent.process).toMatchObject({ at: "up", doubt: undefined });
      expect(world.violations).toEqual([]);
    }),
    { numRuns: 40 },
  );
});

test("one of the two alone, or long after the other, leaves the agent alone", () => {
  const world = runningWorld({ reload: "auto" });
  world.pass(20_000);
  world.forget();
  world.post({ on: "config-restored" });
  world.pass(60_000);
  reloadByOthers(world);
  world.pass(60_000);
  world.post({ on: "config-restored" });
  world.pass(60_000);
  expect(reloads(world)).toBe(0);
});

test("without an agent that runs nothing is known and nothing done; one that others start is left to them", () => {
  const state = configRestored(initialState(uid), 5, policy);
  expect(state.agent.process).toEqual(initialState(uid).agent.process);
  const event = {
    ...({ on: "agent-probed", run: 1, at: 6 } as const),
    outcome: { is: "healthy", upSince: undefined },
  } as const;
  expect(agentProbed(state, event, policy)).toBe(state);
  const attached = { ...policy, kind: { ...policy.kind, mayStart: false } };
  expect(configRestored(state, 7, attached)).toBe(state);
});
