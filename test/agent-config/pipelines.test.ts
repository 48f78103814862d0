import { test, expect } from "vitest";
import {
  componentCount,
  everyPipelineNop,
  expectedFlows,
} from "../../src/agent-config/pipelines.ts";
import { parseYamlLayer } from "../../src/agent-config/yaml/read-layer.ts";

function rootOf(text: string) {
  const layer = parseYamlLayer("a.yaml", text);
  if ("problem" in layer) throw new Error(layer.problem);
  return layer.root;
}

const withPipelines = (pipelines: string) => rootOf(`service: {pipelines: {${pipelines}}}`);

const idle = "traces: {receivers: [nop], exporters: [nop]}";

test.each([
  ["nop to nop", idle],
  ["named nops", "traces: {receivers: [nop/a], exporters: [nop/b, nop]}"],
  ["two of them", `${idle}, logs: {receivers: [nop], exporters: [nop]}`],
  ["a real receiver whose data ends in nop", "traces: {receivers: [otlp], exporters: [nop]}"],
  ["a real exporter that nobody feeds", "traces: {receivers: [nop], exporters: [otlp]}"],
  ["no pipelines", ""],
])("%s moves nothing", (_, pipelines) => {
  expect(everyPipelineNop(withPipelines(pipelines))).toBe(true);
});

test.each([
  ["a real pipeline", "traces: {receivers: [otlp], exporters: [debug]}"],
  ["a real one besides", `${idle}, logs: {receivers: [otlp], exporters: [debug]}`],
  ["a nop besides real ones", "traces: {receivers: [otlp, nop], exporters: [nop, debug]}"],
  ["a name that only begins so", "traces: {receivers: [nopx], exporters: [nop_a]}"],
  ["quoted ids", 'traces: {receivers: ["otlp"], exporters: [!!str debug]}'],
])("%s moves something", (_, pipelines) => {
  expect(everyPipelineNop(withPipelines(pipelines))).toBe(false);
});

test("components are expected for what their pipelines move", () => {
  const root = withPipelines(
    "traces/a: {receivers: [otlp], processors: [batch], exporters: [otlp/2, debug]}, metrics: {receivers: [otlp], exporters: [debug]}, logs: {receivers: [x]}, profiles: {exporters: [y]}, strange: {receivers: [z]}",
  );
  expect([...expectedFlows(root)]).toEqual([
    "receiver otlp spans",
    "exporter otlp/2 spans",
    "exporter debug spans",
    "receiver otlp metric points",
    "exporter debug metric points",
    "receiver x log records",
    "exporter y profile samples",
  ]);
});

test.each(["", "service:", "service: {pipelines: [a]}", "service: {pipelines: {traces: }}"])(
  "of %j nothing is expected, and it moves nothing",
  (text) => {
    expect(expectedFlows(rootOf(text)).size).toBe(0);
    expect(everyPipelineNop(rootOf(text))).toBe(true);
  },
);

test.each([
  [0, ""],
  [3, "traces: {receivers: [otlp], processors: [], exporters: [otlp/2, debug]}"],
  [6, "traces: {receivers: [a], exporters: [b, c]}, logs: {receivers: [a, d], processors: [e]}"],
  [0, "traces: null, logs: {receivers: a}"],
])("there are %i components, each counted in every pipeline", (count, pipelines) => {
  expect(componentCount(withPipelines(pipelines))).toBe(count);
});
