import { test, expect } from "vitest";
import { descriptionOf } from "../../src/supervisor/core/report/description.ts";
import { hostFacts } from "../../src/supervisor/inputs/host-facts.ts";
import { uid } from "../helpers/core/core-samples.ts";
import { settledWorld } from "./supervised.ts";

const conventions =
  /^(service\.(name|namespace|version|instance\.id)|host\.(arch|name|id)|os\.(type|description|version))$/;

const sources = {
  fallbackName: "otelcol",
  host: hostFacts(),
  identifying: new Map([["service.namespace", "shop"]]),
  nonIdentifying: new Map([["team", "a"]]),
};

/** The attributes of an agent that runs, as texts. */
function described(): { readonly identifying: object; readonly nonIdentifying: object } {
  const description = descriptionOf(settledWorld().state(), sources);
  const texts = (list: typeof description.identifyingAttributes): Record<string, string> =>
    Object.fromEntries((list ?? []).map(({ key, value }) => [key, value?.stringValue ?? ""]));
  return {
    identifying: texts(description.identifyingAttributes),
    nonIdentifying: texts(description.nonIdentifyingAttributes),
  };
}

test("C-101 every key that we set ourselves is one of the semantic conventions", () => {
  const { identifying, nonIdentifying } = described();
  const keys = [...Object.keys(identifying), ...Object.keys(nonIdentifying)];
  for (const key of keys.filter((each) => each !== "team")) expect(key).toMatch(conventions);
});

test("C-104 name, version, namespace and instance id are there and say something", () => {
  expect(described().identifying).toEqual({
    "service.name": "otelcol",
    "service.version": "0.149.0",
    "service.namespace": "shop",
    "service.instance.id": uid,
  });
});

test("C-105 host, system and what the user adds are there", () => {
  const { nonIdentifying } = described();
  expect(nonIdentifying).toMatchObject({ "os.type": "linux", team: "a" });
  expect(nonIdentifying).toHaveProperty(["host.name"], expect.stringMatching(/./));
});

test("C-102 C-103 C-106 the agent's own telemetry has the instance id, and its name and version on each series", () => {
  const text = settledWorld().running()[0]?.text ?? "";
  expect(text).toContain(`resource:\n      service.instance.id: "${uid}"`);
  expect(text).toMatch(/included: \[ service\.instance\.id, service\.name, service\.version \]/);
});
