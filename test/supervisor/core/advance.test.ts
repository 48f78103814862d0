import { expect, test } from "vitest";
import { advance } from "../../../src/supervisor/core/advance.ts";
import { policy } from "../../helpers/core/core-samples.ts";
import { runningWorld } from "../../helpers/core/running-world.ts";

test("where nothing is due the state stays the same object", () => {
  const world = runningWorld();
  const state = world.state();
  expect(advance(state, state, world.now(), policy)).toBe(state);
});
