import { expect, test } from "vitest";
import { generationInEffect } from "../../../../src/supervisor/core/config/in-effect.ts";
import { initialState } from "../../../../src/supervisor/core/state/state.ts";
import { uid } from "../../../helpers/core/core-samples.ts";
import { healthyWithExtension } from "../../../helpers/core/extension-world.ts";

test("it is what the agent runs", () => {
  const state = healthyWithExtension().world.state();
  expect(generationInEffect(state)).toBe(state.config.target);
});

test("before anything was to run there is none", () => {
  expect(generationInEffect(initialState(uid))).toBeUndefined();
});
