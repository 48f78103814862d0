import { expect, test } from "vitest";
import { layersCapability } from "../../../../src/agent-config/told/layers-capability.ts";
import {
  layersAskedFor,
  layersDueAt,
  layersStep,
  layersTold,
  tellingBegun,
} from "../../../../src/supervisor/core/agent/layers-told.ts";
import { initialState } from "../../../../src/supervisor/core/state/state.ts";
import { policy, uid } from "../../../helpers/core/core-samples.ts";
import { healthyWithExtension } from "../../../helpers/core/extension-world.ts";

const get = { capability: layersCapability, type: "get" };

test("a question is answered once, however often it is asked", () => {
  const state = healthyWithExtension().world.state();
  const asked = layersAskedFor(layersAskedFor(state, get), get);
  const step = layersStep(asked, 0, policy);
  if (step?.do !== "tell-layers" || typeof step.question === "string") throw new Error("no step");
  expect(step.question.config.text).toContain("receivers");
  const begun = tellingBegun(asked, 10);
  expect(layersStep(begun, 20, policy)).toBeUndefined();
  const told = layersTold(begun, { unknown: "x" }, 30);
  expect(told.extension.toServer).toMatchObject([{ capability: layersCapability, type: "layers" }]);
  expect(layersStep(told, 2_000, policy)).toBeUndefined();
});

test("a server that asks again and again makes no more work than one answer in a second", () => {
  const begun = tellingBegun(healthyWithExtension().world.state(), 10);
  const state = layersTold(begun, { unknown: "x" }, 30);
  const asked = layersAskedFor(state, get);
  expect(layersStep(asked, 500, policy)).toBeUndefined();
  expect(layersDueAt(asked)).toBe(1_010);
  expect(layersStep(asked, 1_010, policy)?.do).toBe("tell-layers");
});

test("an answer that takes long is paid for by a longer rest", () => {
  const begun = tellingBegun(healthyWithExtension().world.state(), 10);
  const asked = layersAskedFor(layersTold(begun, { unknown: "x" }, 910), get);
  expect(layersDueAt(asked)).toBe(910 + 9 * 900);
});

test("another type of message means nothing", () => {
  const state = healthyWithExtension().world.state();
  expect(layersAskedFor(state, { ...get, type: "set" })).toBe(state);
});

test("where it is not known what the agent runs, that is the answer", () => {
  const asked = layersAskedFor(initialState(uid), get);
  expect(layersStep(asked, 0, policy)).toEqual({
    do: "tell-layers",
    question: "it is not known what the agent runs",
  });
});
