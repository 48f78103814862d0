import { test, expect } from "vitest";
import { renderConfig } from "../../src/agent-config/render-config.ts";
import type { LocalLayer, RemoteConfig } from "../../src/agent-config/config.ts";
import { binary, uid, policy, baseLayer, remoteOf } from "../helpers/core-samples.ts";

interface Given {
  readonly local?: readonly LocalLayer[];
  readonly remote?: RemoteConfig;
  readonly facts?: Partial<typeof binary>;
  readonly probeOverride?: string;
  readonly kind?: { readonly mayStart: boolean };
  readonly environment?: ReadonlyMap<string, string>;
}

function render({ local = [], remote, facts = {}, environment, ...given }: Given) {
  const rendering = renderConfig(
    { local, remote, uid, binary: { ...binary, ...facts } },
    { probeOverride: undefined, ...given, environment: environment ?? policy.environment },
  );
  if ("problem" in rendering) throw new Error(rendering.problem);
  return rendering.config;
}

function problemOf(local: readonly LocalLayer[]): string {
  const rendering = renderConfig({ local, remote: undefined, uid, binary }, policy);
  if ("config" in rendering) throw new Error("expected a problem");
  return rendering.problem;
}

const pipelines = "service:\n  pipelines:\n    traces: {receivers: [nop], exporters: [nop]}\n";

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

test("every scalar keeps the form in which it was written", () => {
  const forms = [
    "octal: 0777",
    "grouped: 1_000",
    "big: 9007199254740993",
    "float: 1.0",
    "date: 2024-01-01",
    "word: yes",
    'quoted: "0777"',
    "nothing: null",
    "tilde: ~",
    "empty:",
    "expression: ${env:NAME:-x}",
  ];
  const { text } = render({
    local: [baseLayer(`processors:\n  p:\n${forms.map((form) => `    ${form}\n`).join("")}`)],
    remote: remoteOf("r", pipelines),
  });
  for (const form of forms) expect(text).toContain(`    ${form}\n`);
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

test("aliases and merge keys are expanded before a join reaches them", () => {
  const { text } = render({
    local: [baseLayer("a: &x {k: 1, l: 2}\nb: *x\nc:\n  <<: *x\n  k: 3\n")],
    remote: remoteOf("r", "b: {k: 9}\n"),
  });
  expect(text).toContain("a: { k: 1, l: 2 }\nb: { k: 9, l: 2 }\nc:\n  l: 2\n  k: 3\n");
});

test("null over a map replaces it", () => {
  const { text } = render({
    local: [baseLayer("exporters:\n  debug:\n    verbosity: basic\n")],
    remote: remoteOf("r", "exporters:\n  debug:\n"),
  });
  expect(text).toContain("exporters:\n  debug:\n");
  expect(text).not.toContain("verbosity");
});

test("a JSON body is YAML", () => {
  const { text } = render({ remote: remoteOf("r", '{"receivers": {"otlp": {"a": "0777"}}}') });
  expect(text).toContain('"a": "0777"');
});

test("remote parts are sorted by name and the empty name wins", () => {
  const { text } = render({
    remote: {
      hash: "01",
      digest: "d",
      problem: undefined,
      files: [
        { name: "", text: "x: {v: empty}" },
        { name: "b", text: "x: {v: b, w: b}" },
        { name: "a", text: "x: {v: a, w: a, u: a}" },
      ],
    },
  });
  expect(text).toContain("x: { v: empty, w: b, u: a }");
});

test.each([
  ["a: [1, 2", /base\.yaml:1:/],
  ["a: 1\nb: 2\na: 3\n", /base\.yaml:3:1: key "a" is already set at line 1/],
  ["- a\n- b\n", /expected a map.*found a list/],
  ["just text", /expected a map.*found a text/],
  ["a: *nowhere\n", /alias \*nowhere has no anchor/],
  ["a: &a {b: *a}\n", /contains itself/],
])("the text %j is refused with its place", (text, expected) => {
  expect(problemOf([baseLayer(text)])).toMatch(expected);
});

test("aliases that multiply are refused instead of filling the memory", () => {
  const lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"];
  for (let level = 1; level < 12; level += 1) {
    const item = `*a${level - 1}`;
    lines.push(`a${level}: &a${level} [${Array(9).fill(item).join(", ")}]`);
  }
  expect(problemOf([baseLayer(lines.join("\n"))])).toContain("too many values");
});

test("of several documents the first is used, with a warning", () => {
  const config = render({ local: [baseLayer("a: {b: 1}\n---\na: {b: 2}\n")] });
  expect(config.text).toContain("a: { b: 1 }");
  expect(config.warnings).toEqual(["base.yaml: only the first of 2 YAML documents is used"]);
});

test("health_check is added only when none is enabled", () => {
  const without = render({ local: [baseLayer(pipelines)] });
  expect(without.text).toContain('health_check:\n    endpoint: "localhost:13133"');
  expect(without.probe?.url).toBe("http://localhost:13133/");
  const own = `extensions:\n  health_check/own:\n    endpoint: 0.0.0.0:8080\n    path: /up\nservice:\n  extensions: [health_check/own]\n`;
  const kept = render({ local: [baseLayer(own)] });
  expect(kept.text).not.toContain("13133");
  expect(kept.text).toContain("endpoint: 0.0.0.0:8080");
  expect(kept.probe?.url).toBe("http://127.0.0.1:8080/up");
});

test("a health_check that is configured but not enabled is enabled as it is written", () => {
  const config = render({
    local: [baseLayer('extensions:\n  health_check:\n    endpoint: "[::]:99"\n')],
  });
  expect(config.text).toContain("extensions: [ health_check ]");
  expect(config.probe?.url).toBe("http://[::1]:99/");
});

test("the probe follows TLS, the agent's environment and the operator's own address", () => {
  const text = (endpoint: string, more = ""): string =>
    `extensions:\n  health_check:\n    endpoint: ${endpoint}\n${more}service:\n  extensions: [health_check]\n`;
  const tls = render({ local: [baseLayer(text("localhost:1", "    tls: {cert_file: a}\n"))] });
  expect(tls.probe?.url).toBe("https://localhost:1/");
  const environment = new Map([["POD_IP", "10.0.0.7"]]);
  const pod = render({ local: [baseLayer(text("${env:POD_IP}:13133"))], environment });
  expect(pod.probe?.url).toBe("http://10.0.0.7:13133/");
  const operator = render({
    local: [baseLayer(text("localhost:1"))],
    probeOverride: "localhost:7",
  });
  expect(operator.probe?.url).toBe("http://localhost:7/");
});

test("a binary without health_check gets none and cannot be asked", () => {
  const config = render({ local: [baseLayer(pipelines)], facts: { hasHealthCheck: false } });
  expect(config.text).not.toContain("health_check");
  expect(config.probe).toBeUndefined();
});

test("the reader for the agent's own metrics is added unless readers are written or metrics are off", () => {
  const added = render({ local: [baseLayer(pipelines)] });
  expect(added.ownMetrics).toBe("localhost:8888");
  expect(added.text).toContain("included: [ service.instance.id, service.name, service.version ]");
  const off = render({
    local: [baseLayer("service:\n  telemetry:\n    metrics: {level: none}\n")],
  });
  expect(off.ownMetrics).toBeUndefined();
  const own = render({
    local: [baseLayer("service:\n  telemetry:\n    metrics:\n      readers: [{periodic: {}}]\n")],
  });
  expect(own.ownMetrics).toBeUndefined();
  expect(own.text).not.toContain("8888");
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
