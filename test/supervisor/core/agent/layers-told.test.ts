import { expect, test } from "vitest";
import { layersCapability } from "../../../../src/agent-config/layers-capability.ts";
import {
  layersAskedFor,
  layersDueAt,
  layersStep,
  layersTold,
  tellingBegun,
} from "../../../../src/supervisor/core/agent/layers-told.ts";
import { interpret } from "../../../../src/supervisor/core/interpret/server-message.ts";
import { customCapabilitiesOf } from "../../../../src/supervisor/core/report/custom-capabilities.ts";
import { reduce } from "../../../../src/supervisor/core/reduce.ts";
import { withExtension } from "../../../../src/supervisor/core/state/state.ts";
import { policy } from "../../../helpers/core/core-samples.ts";
import { healthyWithExtension } from "../../../helpers/core/extension-world.ts";

const reportsEffectiveConfig = 4n;
const get = { capability: layersCapability, type: "get" };

test("a question is answered once, however often it is asked", () => {
  const state = healthyWithExtension().world.state();
  const asked = layersAskedFor(layersAskedFor(state, get), get);
  const step = layersStep(asked, 0, policy);
  if (step?.do !== "tell-layers" || typeof step.question === "string") throw new Error("no step");
  expect(step.question.config.text).toContain("receivers");
  const begun = tellingBegun(asked, 10);
  expect(layersStep(begun, 20, policy)).toBeUndefined();
  const told = layersTold(begun, { unknown: "x" });
  expect(told.extension.toServer).toMatchObject([{ capability: layersCapability, type: "layers" }]);
  expect(layersStep(told, 2_000, policy)).toBeUndefined();
});

test("a server that asks again and again makes no more work than one answer in a second", () => {
  const state = layersTold(tellingBegun(healthyWithExtension().world.state(), 10), {
    unknown: "x",
  });
  const asked = layersAskedFor(state, get);
  expect(layersStep(asked, 500, policy)).toBeUndefined();
  expect(layersDueAt(asked)).toBe(1_010);
  expect(layersStep(asked, 1_010, policy)?.do).toBe("tell-layers");
});

test("another type of message means nothing, and one of the extension's is no question to us", () => {
  const state = healthyWithExtension().world.state();
  expect(layersAskedFor(state, { ...get, type: "set" })).toBe(state);
  const message = { capability: "x", type: "get" };
  expect(reduce(state, { on: "server-messaged", message, at: 0 }, policy).layers).toBe(
    state.layers,
  );
  const fact = { on: "server-messaged", message: get, at: 0 } as const;
  expect(reduce(state, fact, policy).layers.isAsked).toBe(true);
});

test("who may not know the configuration may not ask for its layers", () => {
  const message = { customMessage: get };
  expect(interpret(message, 1n)).toEqual([]);
  expect(interpret(message, 1n | reportsEffectiveConfig)).toMatchObject([
    { on: "server-messaged" },
  ]);
});

test("the capability is declared beside those of the extension, where it may be asked for", () => {
  const state = healthyWithExtension().world.state();
  const declared = (capabilities: bigint, theirs?: readonly string[]): unknown =>
    customCapabilitiesOf(withExtension(state, { capabilities: theirs }), { capabilities })
      ?.capabilities;
  expect(declared(1n)).toBeUndefined();
  expect(declared(reportsEffectiveConfig)).toEqual([layersCapability]);
  expect(declared(reportsEffectiveConfig, ["a", layersCapability])).toEqual([
    "a",
    layersCapability,
  ]);
  expect(declared(1n, ["a", layersCapability])).toEqual(["a"]);
});
