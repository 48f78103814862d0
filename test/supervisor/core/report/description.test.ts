import { test, expect } from "vitest";
import { nameOfBinary } from "../../../../src/supervisor/core/config/binary.ts";
import { descriptionOf } from "../../../../src/supervisor/core/report/description.ts";
import { silentExtension } from "../../../../src/supervisor/core/state/extension-state.ts";
import { initialState, withConfig } from "../../../../src/supervisor/core/state/state.ts";
import {
  uid,
  binary,
  baseLayer,
  configText,
  remoteOf,
} from "../../../helpers/core/core-samples.ts";
import { createWorld } from "../../../helpers/core/world.ts";

const sources = {
  fallbackName: "x",
  host: new Map([["os.type", "ours"]]),
  identifying: new Map([["service.name", "operator"]]),
  nonIdentifying: new Map([["team", "a"]]),
};

function described(description = silentExtension.description) {
  const state = initialState(uid);
  const identity = { ...state.identity, binary };
  const extension = { ...silentExtension, description, toldBy: nameOfBinary(undefined) };
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

test("the system is described in one text from the beginning: ours, which says more than the extension's", () => {
  const text = (key: string, stringValue: string) => ({ key, value: { stringValue } });
  const state = { ...initialState(uid), extension: silentExtension };
  const description = { nonIdentifyingAttributes: [text("os.description", "Debian 12.11")] };
  const host = new Map([["os.description", "Debian GNU/Linux 12 (Linux 6.1)"]]);
  const said = descriptionOf(
    {
      ...state,
      extension: { ...silentExtension, description, toldBy: nameOfBinary(undefined) },
    },
    { ...sources, host },
  );
  expect(said).toEqual(descriptionOf(state, { ...sources, host }));
});

test("what another binary has said of itself before is not said of the one that runs", () => {
  const state = initialState(uid);
  const identity = { ...state.identity, binary };
  const description = {
    identifyingAttributes: [{ key: "service.version", value: { stringValue: "0.1.0" } }],
  };
  const toldBy = "/opt/former 0.1.0";
  const extension = { ...silentExtension, description, toldBy };
  const said = descriptionOf({ ...state, identity, extension }, sources).identifyingAttributes;
  expect(said).toContainEqual({ key: "service.version", value: { stringValue: "0.149.0" } });
});

test("values that are no texts are kept as they are", () => {
  const value = { intValue: 5n };
  const { nonIdentifyingAttributes } = described({
    nonIdentifyingAttributes: [{ key: "cpus", value }],
  });
  expect(nonIdentifyingAttributes).toContainEqual({ key: "cpus", value });
});

test("C-106 what the running configuration says of the agent is reported, under the operator's words", () => {
  const resource = { "service.name": "shop", "service.namespace": "n", "service.version": "7" };
  const world = createWorld(
    withConfig(initialState(uid), { local: [baseLayer(configText("base"))] }),
  );
  const named = `service: {telemetry: {resource: ${JSON.stringify(resource)}}}\n`;
  world.pass(1_000);
  const before = descriptionOf(world.state(), sources);
  expect(before.identifyingAttributes).toContainEqual(textOf("service.version", binary.version));
  world.post({
    on: "config-offered",
    remote: remoteOf("named", named),
  });
  world.pass(1_000);
  const after = [
    textOf("service.instance.id", uid),
    textOf("service.name", "operator"),
    textOf("service.namespace", "n"),
    textOf("service.version", "7"),
  ];
  expect(descriptionOf(world.state(), sources).identifyingAttributes).toEqual(after);
  world.pass(60_000);
  // The first restart is at once, the second one waits.
  world.crash();
  world.crash();
  expect(world.running()).toEqual([]);
  expect(descriptionOf(world.state(), sources).identifyingAttributes).toEqual(after);
});

function textOf(key: string, stringValue: string): object {
  return { key, value: { stringValue } };
}
