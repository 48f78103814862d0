import { test, expect } from "vitest";
import { transitionsOf } from "../../../../src/supervisor/core/report/transitions.ts";
import { remoteOf } from "../../../helpers/core/core-samples.ts";
import { runningWorld } from "../../../helpers/core/running-world.ts";

test("a state that stays as it is has no transitions", () => {
  const state = runningWorld().state();
  expect(transitionsOf(state, state, { on: "ticked", at: 1 })).toEqual([]);
});

test("what happens to several parts in one event is told of each", () => {
  const world = runningWorld();
  world.behave.refuses = (text) => (text.includes("nop/bad") ? "no" : undefined);
  const before = world.state();
  const remote = remoteOf("bad");
  world.post({ on: "config-offered", remote });
  const kinds = transitionsOf(before, world.state(), { on: "config-offered", remote, at: 1 });
  expect(kinds.map(({ is }) => is)).toContain("config-offered");
});
