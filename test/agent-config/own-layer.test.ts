import { test, expect } from "vitest";
import { parseDocument, isMap, YAMLMap } from "yaml";
import { ownLayer } from "../../src/agent-config/own-layer.ts";
import { uid, binary } from "../helpers/core-samples.ts";

const nobody = { identifying: new Map<string, string>(), offeredReader: undefined };
const facts = { uid, binary, probeOverride: undefined, parked: undefined, ...nobody };

function own(text: string, changes: Partial<typeof facts> = {}) {
  const { contents } = parseDocument(text, { schema: "failsafe" });
  const { root, ownMetrics } = ownLayer(isMap(contents) ? contents : new YAMLMap(), {
    ...facts,
    ...changes,
  });
  return { added: root.toJSON() as Record<string, unknown>, ownMetrics };
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

test("a health check that is configured but not enabled is only enabled", () => {
  const { added } = own("extensions: {health_check: {endpoint: here}}\n");
  expect(added).not.toHaveProperty("extensions");
  expect(added).toHaveProperty("service.extensions", ["health_check"]);
});
