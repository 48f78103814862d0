import { test, expect } from "vitest";
import { sourcesDigest } from "../../src/agent-config/render-config.ts";
import {
  baseLayer,
  binary,
  configText,
  policy,
  remoteOf,
  uid,
} from "../helpers/core/core-samples.ts";
import { render, pipelines } from "../helpers/core/rendered.ts";

test("maps join, scalars and lists replace, and later layers win", () => {
  const { text } = render({
    local: [
      baseLayer(`receivers:\n  otlp:\n    a: 1\n    b: [x, y]\n${pipelines}`),
      { name: "top.yaml", text: "receivers:\n  otlp:\n    a: 3\n", place: "protected" },
    ],
    remote: remoteOf("r", "receivers:\n  otlp:\n    a: 2\n    b: [z]\n    c: {d: e}\n"),
  });
  expect(text).toContain("    a: 3\n    b: [ z ]\n    c: { d: e }\n");
});

test("comments and the order of keys of a single layer are kept", () => {
  const text = `# mine\nservice:\n  # the only one\n  pipelines:\n    traces: # here\n      exporters: [nop]\n      receivers: [nop]\nreceivers:\n  nop:\n`;
  const rendered = render({ local: [baseLayer(text)] }).text;
  const order = ["# mine", "service:", "# the only one", "pipelines:", "traces:", "# here"];
  const places = [...order, "exporters:", "\nreceivers:"].map((part) => rendered.indexOf(part));
  expect(places).not.toContain(-1);
  expect(places).toEqual(places.toSorted((one, two) => one - two));
});

test("service.extensions are joined without duplicates, other lists are replaced", () => {
  const { text } = render({
    local: [baseLayer("service:\n  extensions: [zpages, health_check]\n")],
    remote: remoteOf("r", "service:\n  extensions: [health_check, pprof]\n"),
  });
  expect(text).toContain("extensions: [ zpages, health_check, pprof ]");
});

test("null over a map replaces it", () => {
  const { text } = render({
    local: [baseLayer("exporters:\n  debug:\n    verbosity: basic\n")],
    remote: remoteOf("r", "exporters:\n  debug:\n"),
  });
  expect(text).toContain("exporters:\n  debug:\n");
  expect(text).not.toContain("verbosity");
});

test("a server that leaves the health check empty does not move it away from where probes ask", () => {
  const local = [
    baseLayer(
      `extensions:\n  health_check:\n    endpoint: 0.0.0.0:13133\n${pipelines}  extensions: [health_check]\n`,
    ),
  ];
  const { text, probe, warnings } = render({
    local,
    remote: remoteOf("r", "extensions:\n  health_check:\n"),
  });
  expect(text).toContain("endpoint: 0.0.0.0:13133");
  expect(probe?.url).toBe("http://127.0.0.1:13133/");
  expect(warnings).toEqual([
    expect.stringContaining("extensions.health_check is empty in remote configuration"),
  ]);
  const cleared = render({
    local,
    remote: remoteOf("r", "service:\n  extensions:\nextensions: null\n"),
  });
  expect(cleared.text).toContain("endpoint: 0.0.0.0:13133");
  expect(cleared.text).toMatch(/extensions: *\n? *(?:\[|-) *health_check/);
});

test("the instance id wins over every layer, in the form that the binary takes", () => {
  const inline = render({
    local: [baseLayer("service:\n  telemetry:\n    resource: {service.instance.id: mine, a: b}\n")],
  });
  expect(inline.text).toContain(`service.instance.id: "${uid}"`);
  expect(inline.text).not.toContain("mine");
  const list = render({
    local: [
      baseLayer(
        "service:\n  telemetry:\n    resource:\n      attributes: [{name: a, value: b}, {name: service.instance.id, value: mine}]\n",
      ),
    ],
    facts: { resourceForm: "attributes" },
  });
  expect(list.text).toContain("{ name: a, value: b }");
  expect(list.text).toContain(`value: "${uid}"`);
  expect(list.text).not.toContain("mine");
});

test.each([
  ["{a: b}", true],
  ["{attributes: [], a: b}", true],
  ["{service.version: }", true],
  ["{detection/development: {detectors: [{env: }]}}", false],
  ["{attributes: [{name: a, value: b}], schema_url: x}", false],
  ["{}", false],
])("a binary that takes both forms of the resource gets the one of %s", (resource, inline) => {
  const { text } = render({
    local: [baseLayer(`service: {telemetry: {resource: ${resource}}}\n`)],
    facts: { resourceForm: "attributes" },
  });
  expect(text.includes(`service.instance.id: "${uid}"`)).toBe(inline);
  expect(text.includes("name: service.instance.id")).toBe(!inline);
});

test.each([
  ["nop", {}, "receivers: [ nop ]"],
  ["no pipelines at all", { hasNop: false }, undefined],
  ["a file that is never there", { hasNop: false, allowsNoPipelines: false }, "[ filelog ]"],
])("without any layer the agent is parked with %s", (_name, facts, expected) => {
  const parked = render({ facts });
  expect(parked).toMatchObject({ parked: true, runs: true, idle: true });
  expect(parked.text).toContain("health_check");
  if (expected === undefined) expect(parked.text).not.toContain("pipelines");
  else expect(parked.text).toContain(expected);
});

test("a binary that cannot idle at all is not run, but by somebody else", () => {
  const facts = { hasNop: false, hasFilelog: false, allowsNoPipelines: false };
  expect(render({ facts })).toMatchObject({ parked: true, runs: false, text: "" });
  expect(render({ facts, kind: { mayStart: false } })).toMatchObject({ parked: true, runs: true });
  // The gate that pipelines can be left out with is not theirs.
  const gated = render({
    facts: { ...facts, hasFilelog: true, allowsNoPipelines: true },
    kind: { mayStart: false },
  });
  expect(gated.text).toContain("[ filelog ]");
});

test("the same layers give the same text and hash", () => {
  const given = { local: [baseLayer(pipelines)], remote: remoteOf("one") };
  expect(render(given).hash).toBe(render(given).hash);
  expect(render({ local: [baseLayer(pipelines)] }).hash).not.toBe(render(given).hash);
});

test("sources that differ in the offer alone are told apart without rendering them", () => {
  const digestOf = (word: string): string | undefined =>
    sourcesDigest(
      { local: [baseLayer(configText("base"))], remote: remoteOf(word), uid, binary },
      policy,
    );
  expect(digestOf("one")).toBeDefined();
  expect(digestOf("one")).toBe(digestOf("one"));
  expect(digestOf("one")).not.toBe(digestOf("two"));
});
