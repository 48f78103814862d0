import { test, expect } from "vitest";
import { parseDocument, isMap, YAMLMap } from "yaml";
import { usualPorts } from "../../src/agent-config/config.ts";
import { ownLayer } from "../../src/agent-config/own-layer.ts";
import { uid, binary, baseLayer } from "../helpers/core/core-samples.ts";
import { render, pipelines } from "../helpers/core/rendered.ts";

const nobody = {
  identifying: new Map<string, string>(),
  offeredReader: undefined,
  ports: usualPorts,
};
const facts = {
  uid,
  binary,
  probeOverride: undefined,
  isShared: false,
  parked: undefined,
  ...nobody,
};

function own(text: string, changes: Partial<typeof facts> = {}) {
  const { contents } = parseDocument(text, { schema: "failsafe" });
  const joined = isMap(contents) ? contents : new YAMLMap();
  const { root, ownMetrics, ownHealthCheck } = ownLayer(joined, { ...facts, ...changes });
  return { added: root.toJSON() as Record<string, unknown>, ownMetrics, ownHealthCheck };
}

test("the configuration itself is not changed", () => {
  const document = parseDocument("extensions:\nservice: {extensions: [zpages]}\n");
  const before = document.toString();
  if (isMap(document.contents)) ownLayer(document.contents, facts);
  expect(document.toString()).toBe(before);
});

test("where all is written only the instance id is added", () => {
  const text = "service:\n  extensions: [health_check/a]\n  telemetry: {metrics: {readers: []}}\n";
  const { added, ownMetrics } = own(text);
  expect(added).toEqual({ service: { telemetry: { resource: { "service.instance.id": uid } } } });
  expect(ownMetrics).toBeUndefined();
});

test("a binary that refuses the reader of its metrics gets none", () => {
  const { added, ownMetrics } = own("", { binary: { ...binary, refusesReader: true } });
  expect(ownMetrics).toBeUndefined();
  expect(added).not.toHaveProperty("service.telemetry.metrics");
});

test("a health check that is configured but not enabled is only enabled", () => {
  const { added } = own("extensions: {health_check: {endpoint: here}}\n");
  expect(added).not.toHaveProperty("extensions");
  expect(added).toHaveProperty("service.extensions", ["health_check"]);
});

test("a health check with a name is enabled like one without, which goes first", () => {
  const named = own("extensions: {health_check/pod: {endpoint: here}}\n").added;
  expect(named).not.toHaveProperty("extensions");
  expect(named).toHaveProperty("service.extensions", ["health_check/pod"]);
  const both = "extensions: {health_check/pod: {endpoint: a}, health_check: {endpoint: b}}\n";
  expect(own(both).added).toHaveProperty("service.extensions", ["health_check"]);
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

test("what is added listens at the ports that are given, what is written stays where it is", () => {
  const ports = { healthCheck: 13_140, metrics: 8890 };
  const { added, ownMetrics, ownHealthCheck } = own("service: {}\n", { ports });
  expect([ownHealthCheck, ownMetrics]).toEqual(["localhost:13140", "localhost:8890"]);
  expect(added).toHaveProperty("extensions.health_check.endpoint", "localhost:13140");
  expect(JSON.stringify(added)).toContain('"port":"8890"');
  const written = `extensions: {health_check: }\nservice:\n  extensions: [health_check]\n  telemetry: {metrics: {readers: []}}\n`;
  const kept = own(written, { ports });
  expect([kept.ownHealthCheck, kept.ownMetrics]).toEqual([undefined, undefined]);
});
