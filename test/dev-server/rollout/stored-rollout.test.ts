import { expect, test } from "vitest";
import { become } from "../../../src/dev-server/rollout/judge-agent.ts";
import type { RolloutState } from "../../../src/dev-server/rollout/staged-rollout.ts";
import {
  rolloutAgentKeys,
  rolloutFromStore,
  rolloutToStore,
} from "../../../src/dev-server/rollout/stored-rollout.ts";
import { begin, throughStore, uidOf } from "./rollout-world.ts";

function withFailed(rollout: RolloutState, at: number): RolloutState {
  const agents = new Map(rollout.agents);
  const agent = agents.get(uidOf(at));
  if (agent !== undefined) agents.set(agent.uid, become(agent, "failed", rollout, "no"));
  return { ...rollout, agents };
}

test("of thousands of agents those are written that have changed, with their neighbours", () => {
  const rollout = begin(5_000);
  expect(rolloutToStore(undefined, rollout)).toHaveLength(51);
  expect(rolloutToStore(rollout, { ...rollout, clockMs: 1 })).toHaveLength(1);
  const changed = withFailed(withFailed(rollout, 250), 4_999);
  const keys = rolloutToStore(rollout, changed).map(({ key }) => key);
  expect(keys).toHaveLength(3);
  expect(keys[0]).toBe("r1");
  expect(throughStore(changed)).toEqual(changed);
  expect(rolloutAgentKeys(rollout)).toHaveLength(50);
});

test("a rollout of which a part is missing is none, and one with its agents in it is as before", () => {
  const rollout = begin(150);
  const parts = rolloutToStore(undefined, rollout);
  const [head] = parts;
  const kept = new Map<string, unknown>(parts.map(({ key, value }) => [key, value]));
  kept.delete("r1/1");
  expect(rolloutFromStore(head?.value, kept)).toBeUndefined();
  const whole = { ...rollout, agents: [...rollout.agents.values()] };
  expect(rolloutFromStore(whole, new Map())).toEqual(rollout);
  expect(rolloutFromStore({ ...rollout, agents: Infinity }, kept)).toBeUndefined();
});
