import { test, expect } from "vitest";
import { type Leaf, leavesOf } from "../../src/agent-config/provenance.ts";
import { joinLayers } from "../../src/agent-config/join-layers.ts";
import { assemble } from "../../src/agent-config/render-config.ts";
import { type YamlLayer, parseYamlLayer } from "../../src/agent-config/yaml/read-layer.ts";
import type { LocalLayer } from "../../src/agent-config/config.ts";
import { baseLayer, remoteOf, uid, binary, policy } from "../helpers/core/core-samples.ts";

const base = baseLayer(`receivers:
  otlp:
    protocols: {grpc: }
exporters:
  debug:
    verbosity: basic
service:
  extensions: [zpages]
  pipelines:
    traces:
      receivers: [otlp]
      exporters: [debug]
`);
const pinned: LocalLayer = {
  name: "pinned.yaml",
  place: "protected",
  text: "\nexporters: {debug: {verbosity: normal}}\n",
};
const offered = remoteOf(
  "r",
  `exporters:
  debug: {verbosity: "detailed", sampling: 2}
service:
  extensions: [pprof]
  pipelines:
    traces: {receivers: [nop]}
`,
);

function leaves(
  path = "",
  local: readonly LocalLayer[] = [base, pinned],
  remote = offered,
): readonly Leaf[] {
  const assembly = assemble({ local, remote, uid, binary }, policy);
  if ("problem" in assembly || assembly.join === undefined) throw new Error("expected a join");
  return leavesOf(assembly.join, path);
}

test("each value has the layer and the line that set it, and what that hid", () => {
  expect(leaves("exporters")).toEqual([
    {
      path: "exporters.debug.verbosity",
      value: "normal",
      layer: "pinned.yaml",
      line: 2,
      hides: [
        { value: '"detailed"', layer: "remote configuration", line: 2 },
        { value: "basic", layer: "base.yaml", line: 6 },
      ],
    },
    {
      path: "exporters.debug.sampling",
      value: "2",
      layer: "remote configuration",
      line: 2,
      hides: [],
    },
  ]);
});

test("a list of plain values is one value, and replaces as one", () => {
  expect(leaves("service.pipelines.traces.receivers")).toEqual([
    {
      path: "service.pipelines.traces.receivers",
      value: "[nop]",
      layer: "remote configuration",
      line: 6,
      hides: [{ value: "[otlp]", layer: "base.yaml", line: 11 }],
    },
  ]);
});

test("the items of a list that was joined have each their own layer", () => {
  const found = leaves("service.extensions");
  expect(found.map(({ path, value, layer }) => [path, value, layer])).toEqual([
    ["service.extensions[0]", "zpages", "base.yaml"],
    ["service.extensions[1]", "pprof", "remote configuration"],
    ["service.extensions[2]", "health_check", "the supervisor"],
  ]);
  expect(leaves("service.extensions[1]")).toEqual(found.slice(1, 2));
});

test("what the supervisor must own hides what others wrote", () => {
  const text = "service: {telemetry: {resource: {service.instance.id: mine}}}\n";
  expect(leaves("service.telemetry.resource.service.instance.id", [baseLayer(text)])).toEqual([
    {
      path: "service.telemetry.resource.service.instance.id",
      value: `"${uid}"`,
      layer: "the supervisor",
      line: undefined,
      hides: [{ value: "mine", layer: "base.yaml", line: 1 }],
    },
  ]);
});

test("nothing in the place of a map hides the map, and all that a map holds hides what it replaced", () => {
  const over = remoteOf("o", "a:\nb: {c: {d: 1}, e: 2}\n");
  const found = leaves("", [baseLayer("a: {x: 1, y: [2]}\nb: ${env:B}\n")], over).slice(0, 3);
  expect(found.map(({ path, value, hides }) => [path, value, hides[0]?.value])).toEqual([
    ["a", "null", "{x: 1, y: [2]}"],
    ["b.c.d", "1", "${env:B}"],
    ["b.e", "2", "${env:B}"],
  ]);
});

test("what comes into such a map later hides nothing", () => {
  const later: LocalLayer = { name: "late.yaml", place: "protected", text: "b: {f: 3}\n" };
  const found = leaves("b", [baseLayer("b: ${env:B}\n"), later], remoteOf("o", "b: {c: 1}\n"));
  expect(found.map(({ path, hides }) => [path, hides.length])).toEqual([
    ["b.c", 1],
    ["b.f", 0],
  ]);
});

test("beside aliases lists and maps keep their places", () => {
  const found = leaves("b", [baseLayer("a: &x 1\nb:\n  c: [*x]\n  d: {}\n")]);
  expect(found.map(({ value, line }) => [value, line])).toEqual([
    ["[1]", 3],
    ["{}", 4],
  ]);
});

test("an alias has the place of what it stands for", () => {
  const found = leaves("b", [baseLayer("a: &x\n  k: 1\nb:\n  <<: *x\n  l: 2\n")]);
  expect(found.map(({ path, line }) => [path, line])).toEqual([
    ["b.k", 2],
    ["b.l", 5],
  ]);
});

test("lists of maps are walked into", () => {
  const found = leaves("p.configs[1]", [
    baseLayer("p:\n  configs:\n    - a: 1\n    - b: 2\n      c: []\n"),
  ]);
  expect(found.map(({ path, value, line }) => [path, value, line])).toEqual([
    ["p.configs[1].b", "2", 4],
    ["p.configs[1].c", "[]", 5],
  ]);
});

test("a path that is not there has no values, also where a longer key begins alike", () => {
  expect(leaves("exporters.debug.verb")).toEqual([]);
  expect(leaves("exporters.debug.verbosity.x")).toEqual([]);
  expect(leaves("nothing")).toEqual([]);
});

test("what telling the origins of a list costs that hides another one grows with their length", () => {
  const cpuOf = (length: number): number => {
    const numbers = Array.from({ length }, (_, number) => number);
    const texts = [
      `a: [${numbers.join(", ")}]\n`,
      `a: [${numbers.map((each) => `{b: ${each}}`).join(", ")}]\n`,
    ];
    const join = joinLayers(texts.map((text) => parseYamlLayer("a", text) as YamlLayer));
    const before = process.cpuUsage();
    leavesOf(join);
    const { user, system } = process.cpuUsage(before);
    return user + system;
  };
  cpuOf(500);
  const few = Math.max(cpuOf(500), 20_000);
  // Its square would be 256 times as much.
  expect(cpuOf(8_000) / few).toBeLessThan(100);
});
