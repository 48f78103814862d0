import { resumption } from "../../../helpers/core/resumption.ts";
import { test, expect } from "vitest";
import { reduce } from "../../../../src/supervisor/core/reduce.ts";
import { restore, record } from "../../../../src/supervisor/core/report/journal.ts";
import { retryAnswer } from "../../../../src/supervisor/core/report/retry-answer.ts";
import { withConfig, initialState } from "../../../../src/supervisor/core/state/state.ts";
import { remoteOf, policy, uid } from "../../../helpers/core/core-samples.ts";
import { runningWorld, retry, quarantinedWorld } from "../../../helpers/core/running-world.ts";

test("what cannot even be read fails again at once, and the answer says so", () => {
  const world = runningWorld();
  world.post({ on: "config-offered", remote: { ...remoteOf("x"), problem: "not UTF-8" } });
  const before = world.state().config.verdict;
  expect(retry(world)).toContain("was tried again and failed again: not UTF-8");
  expect(world.state().config.verdict).toEqual(before);
  expect(world.trace).toEqual([]);
});

test("after a restart of the supervisor the server must offer again what failed, and is waited for", () => {
  const world = quarantinedWorld();
  const { good } = world.state().config;
  const texts = new Map([[good!.number, good!.config.text]]);
  const after = restore(record(world.state()), texts, resumption());
  expect(after.config.verdict.is).toBe("failed");
  const again = reduce(after, { on: "retry-asked", at: world.now() }, policy);
  expect(again).toBe(after);
  expect(retryAnswer(after, again)).toContain("let the server offer it again");
});

test("an offer and an agent that both waited are told together", () => {
  const world = quarantinedWorld();
  for (let crashes = 0; crashes < 5; crashes += 1) {
    world.pass(30_000);
    world.crash();
  }
  expect(world.state().agent.process.at).toBe("down");
  expect(retry(world)).toMatch(/is being tried again; .*; the agent is started without/);
});

test("an offer that has to wait for its turn is said to", () => {
  const world = quarantinedWorld();
  const { pace } = world.state().config;
  const crowded = { ...pace, read: world.now() + 60_000, crowded: true };
  const before = withConfig(world.state(), { pace: crowded });
  const after = reduce(before, { on: "retry-asked", at: world.now() }, policy);
  expect(retryAnswer(before, after)).toContain("when its turn comes");
});

test("an offer without a hash is named all the same", () => {
  const verdict = { is: "applying", hash: "", note: "" } as const;
  const state = withConfig(initialState(uid), { verdict });
  expect(retryAnswer(state, state)).toBe("the remote configuration is being tried already");
});
