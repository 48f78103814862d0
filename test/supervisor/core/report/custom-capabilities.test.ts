import { expect, test } from "vitest";
import { layersCapability } from "../../../../src/agent-config/told/layers-capability.ts";
import { interpret } from "../../../../src/supervisor/core/interpret/server-message.ts";
import { customCapabilitiesOf } from "../../../../src/supervisor/core/report/custom-capabilities.ts";
import { initialState, withExtension } from "../../../../src/supervisor/core/state/state.ts";
import { uid } from "../../../helpers/core/core-samples.ts";

const reportsEffectiveConfig = 4n;

function declared(capabilities: bigint, theirs?: readonly string[]): unknown {
  const state = withExtension(initialState(uid), { capabilities: theirs });
  return customCapabilitiesOf(state, { capabilities })?.capabilities;
}

test("ours is declared beside those of the extension, where the configuration may be known", () => {
  expect(declared(1n)).toBeUndefined();
  expect(declared(reportsEffectiveConfig)).toEqual([layersCapability]);
  const both = ["a", layersCapability];
  expect(declared(reportsEffectiveConfig, both)).toEqual(both);
  expect(declared(1n, both)).toEqual(["a"]);
});

test("who may not know the configuration may not ask for its layers", () => {
  const message = { customMessage: { capability: layersCapability, type: "get" } };
  expect(interpret(message, 1n)).toEqual([]);
  expect(interpret(message, 1n | reportsEffectiveConfig)).toMatchObject([
    { on: "server-messaged" },
  ]);
});
