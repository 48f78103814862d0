import { expect, test } from "vitest";
import { descriptionOf } from "../../../src/supervisor/core/agent-description.ts";
import { silentExtension } from "../../../src/supervisor/core/extension.ts";
import { initialState } from "../../../src/supervisor/core/state.ts";
import { binary, uid } from "../../helpers/core-samples.ts";

const sources = {
  fallbackName: "x",
  host: new Map([["os.type", "ours"]]),
  identifying: new Map([["service.name", "operator"]]),
  nonIdentifying: new Map([["team", "a"]]),
};

function described(description = silentExtension.description) {
  const state = initialState(uid);
  const identity = { ...state.identity, binary };
  const extension = { ...silentExtension, description };
  return descriptionOf({ ...state, identity, extension }, sources);
}

test("the operator's words win over those of the extension, which win over ours", () => {
  const text = (key: string, stringValue: string) => ({ key, value: { stringValue } });
  const description = {
    identifyingAttributes: [text("service.name", "e"), text("service.version", "e")],
    nonIdentifyingAttributes: [text("os.type", "e"), text("team", "e")],
  };
  expect(described(description)).toEqual({
    identifyingAttributes: [
      text("service.instance.id", uid),
      text("service.name", "operator"),
      text("service.version", "e"),
    ],
    nonIdentifyingAttributes: [text("os.type", "e"), text("team", "a")],
  });
});

test("values that are no texts are kept as they are", () => {
  const value = { intValue: 5n };
  const { nonIdentifyingAttributes } = described({
    nonIdentifyingAttributes: [{ key: "cpus", value }],
  });
  expect(nonIdentifyingAttributes).toContainEqual({ key: "cpus", value });
});
