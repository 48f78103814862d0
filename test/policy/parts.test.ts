import { test, expect } from "vitest";
import { leavesOf } from "../../src/policy/leaves.ts";
import { partsOf, plainType } from "../../src/policy/parts.ts";
import { parseYamlLayer } from "../../src/agent-config/yaml/read-layer.ts";

function typesIn(text: string): readonly string[] {
  const layer = parseYamlLayer("test", text);
  if ("problem" in layer) throw new Error(layer.problem);
  return partsOf(leavesOf(layer.root), []).map(({ section, type }) => `${section}/${type}`);
}

test("the type is what stands before the slash, whatever its spelling", () => {
  expect(
    ["otlp/a/b", " File_Log /x", "k8s_attributes"].map((id) => plainType("receivers", id)),
  ).toEqual(["otlp", "filelog", "k8sattributes"]);
});

test("only what pipelines and service.extensions name is started", () => {
  const text =
    "receivers: {a: , b: }\nexporters: {c: }\nextensions: {d: , e: }\n" +
    "service: {extensions: [d], pipelines: {logs: {receivers: [a], exporters: [c]}}}\n";
  expect(typesIn(text)).toEqual(["extensions/d", "receivers/a", "exporters/c"]);
});

test("a name of a pipeline that stands for a connector is a connector", () => {
  const text =
    "connectors: {x: }\nservice: {pipelines: {logs: {exporters: [x]}, traces: {receivers: [x]}}}\n";
  expect(typesIn(text)).toEqual(["connectors/x"]);
});

test("where the names cannot be known everything counts as started", () => {
  const text = "receivers: {a: , b: }\nservice: {pipelines: {logs: {receivers: ['${env:X}']}}}\n";
  expect(typesIn(text)).toEqual(["receivers/a", "receivers/b"]);
});

test("the same component in many pipelines is one", () => {
  const text =
    "receivers: {a: }\nservice: {pipelines: {logs: {receivers: [a]}, traces: {receivers: [a]}}}\n";
  expect(typesIn(text)).toEqual(["receivers/a"]);
});
