import { test, expect } from "vitest";
import { renderConfig } from "../../src/agent-config/render-config.ts";
import type { LocalLayer } from "../../src/agent-config/config.ts";
import { extensionText } from "../../src/agent-config/extension-layer.ts";
import { uid, binary, policy, baseLayer, remoteOf } from "../helpers/core/core-samples.ts";

const wishes = { path: "/v1/opamp", header: "Authorization", resourceAttributes: false };
const extension: LocalLayer = {
  name: "the opamp extension",
  text: extensionText(wishes),
  place: "base",
  forExtension: true,
};

function outcome(offer: string, local: readonly LocalLayer[] = []): string {
  const sources = { local: [...local, extension], remote: remoteOf("o", offer), uid, binary };
  const rendering = renderConfig(sources, policy);
  return "problem" in rendering ? rendering.problem : "joined";
}

const pipelines = "pipelines: {traces: {receivers: [nop], exporters: [nop]}}";

test.each([
  ["service: []\n", "a map in the opamp extension and a list in remote configuration:1"],
  ['service: "${yaml:{a: b}}"\n', "service is a map in the opamp extension and a reference"],
  [`service: {extensions: zpages, ${pipelines}}\n`, "service.extensions is a list in"],
  [`service: {extensions: "\${env:X:-[zpages]}", ${pipelines}}\n`, "write a list there"],
  [`service: {extensions: {}, ${pipelines}}\n`, "service.extensions is a list in"],
  ["extensions: {opamp: {server: x}}\n", "extensions.opamp.server is a map in"],
  [
    `extensions: {health_check: []}\nservice: {${pipelines}}\n`,
    "extensions.health_check is a list",
  ],
  [`service: {telemetry: "", ${pipelines}}\n`, "service.telemetry is a single value in"],
  [`service: {"telemetry::metrics": [], ${pipelines}}\n`, "service.telemetry.metrics is a list"],
  [`service: {telemetry: {resource: "\${env:R}"}}\n`, "write a map there"],
])("%s would be hidden by what the supervisor adds, and is refused", (offer, words) => {
  expect(outcome(offer)).toContain(words);
});

test.each([
  "service: {telemetry: {resource: {service.instance.id: 5}}}\n",
  "service: {telemetry: {resource: {service.instance.id: true}}}\n",
  "service: {telemetry: {resource: {service.instance.id: 2020-01-01}}}\n",
  "service: {telemetry: {resource: {service.instance.id: [a]}}}\n",
  "service: {telemetry: {resource: {service.instance.id: '${file:/none}'}}}\n",
  "extensions: {opamp: {instance_uid: me}}\n",
  "extensions: {opamp: {instance_uid: 5}}\n",
])("%s is refused, although the supervisor sets that value itself", (offer) => {
  expect(outcome(offer)).toContain("remote configuration:1");
});

test.each([
  "service: {telemetry: null, extensions: null}\nextensions: null\n",
  "service: {telemetry: {metrics: null, resource: null}}\n",
  "service: {telemetry: {resource: {service.instance.id: '5'}}}\n",
  "service: {telemetry: {resource: {service.instance.id: '${env:ID}'}}}\n",
  "service: {telemetry: {resource: {service.instance.id: }}}\n",
  "extensions: {opamp: {instance_uid: 01900000-0000-7000-8000-000000000002}}\n",
  "receivers: '${env:RECEIVERS}'\n",
  "exporters: [what the collector itself sees and refuses]\n",
])("%s hides nothing", (offer) => {
  expect(outcome(offer)).toBe("joined");
});

test.each([
  [
    "a map over a single value",
    "a: {b: 1}\n",
    "a: 1\n",
    "a is a map in base.yaml:1 and a single value",
  ],
  ["a list over a map", "a: {b: 1}\n", "a: [1]\n", "a is a map in base.yaml:1 and a list"],
  ["a single value over a list", "a: [1]\n", "a: x\n", "a is a list in base.yaml:1 and a single"],
  ["a map over a list", "a:\n  b: []\n", "a: {b: {}}\n", "a.b is a list in base.yaml:2 and a map"],
])("%s of another layer is refused with both and their kinds", (_, base, offer, words) => {
  expect(outcome(offer, [baseLayer(base)])).toContain(words);
});

test("two parts of one offer do not hide each other either", () => {
  const remote = { ...remoteOf("o", ""), files: [] };
  const files = [
    { name: "a", text: "x: [1]\n" },
    { name: "b", text: "x: 1\n" },
  ];
  const rendering = renderConfig({ local: [], remote: { ...remote, files }, uid, binary }, policy);
  expect(rendering).toHaveProperty("problem", expect.stringContaining('"a":1 and a single value'));
});

test("one text that says a thing twice in two kinds is refused", () => {
  expect(outcome("a: []\na::b: 1\n")).toContain("a is a list in remote configuration:1 and a map");
  expect(outcome("b: {a: [], 'a::b': 1}\n")).toContain("b.a is a list in remote configuration:1");
});

test("a reference replaces what somebody else wrote, as it does in the collector", () => {
  expect(outcome("a: '${env:A}'\n", [baseLayer("a: {b: 1}\n")])).toBe("joined");
  expect(outcome("a: {b: 1}\n", [baseLayer("a: '${env:A}'\n")])).toBe("joined");
});

test("many mismatches are counted, not listed, and no value is told", () => {
  const keys = Array.from({ length: 50 }, (_, index) => `k${index}`);
  const base = keys.map((key) => `${key}: [1]\n`).join("");
  const words = outcome(keys.map((key) => `${key}: secret\n`).join(""), [baseLayer(base)]);
  expect(words).toContain("45 more places are like these");
  expect(words).not.toContain("secret");
});
