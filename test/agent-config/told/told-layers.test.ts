import { expect, test } from "vitest";
import type { LocalLayer } from "../../../src/agent-config/config.ts";
import { renderConfig } from "../../../src/agent-config/render-config.ts";
import { layersOf, type LayersQuestion } from "../../../src/agent-config/told/told-layers.ts";
import { baseLayer, binary, policy, remoteOf, uid } from "../../helpers/core/core-samples.ts";

const base = baseLayer(`exporters:
  otlp_http:
    endpoint: https://example.com
    headers: {authorization: "Bearer top-secret"}
receivers: {otlp: {protocols: {grpc: }}}
service: {pipelines: {traces: {receivers: [otlp], exporters: [otlp_http]}}}
`);

function question(local: readonly LocalLayer[], text = "exporters: {debug: }\n"): LayersQuestion {
  const sources = { local, remote: remoteOf("r", text), uid, binary };
  const rendering = renderConfig(sources, policy);
  if ("problem" in rendering) throw new Error(rendering.problem);
  return { config: rendering.config, sources, options: policy };
}

test("each value has its layer and its line there, and values themselves are not told", () => {
  const asked = question([base]);
  const told = layersOf(asked);
  if ("unknown" in told) throw new Error(told.unknown);
  expect(told.hash).toBe(asked.config.hash);
  const places = new Map(
    told.values.map(([path, layer, line]) => [path, [told.layers[layer], line]]),
  );
  expect(places.get("exporters.otlp_http.endpoint")).toEqual([base.name, 3]);
  expect(places.get("exporters.debug")).toEqual(["remote configuration", 1]);
  expect(places.get("extensions.health_check.endpoint")?.[1] ?? null).toBe(null);
  expect(told.layers).toContain("the supervisor");
  expect(JSON.stringify(told)).not.toMatch(/top-secret|example\.com/);
  expect(told.omitted).toBe(0);
});

test("nothing is told of a configuration whose parts have changed since", () => {
  const asked = question([base]);
  const local = [{ ...base, text: base.text.replace("example.com", "example.org") }];
  expect(layersOf({ ...asked, sources: { ...asked.sources, local } })).toMatchObject({
    unknown: expect.stringContaining("has changed since") as string,
  });
  const broken = [{ ...base, text: "a: [" }];
  expect(layersOf({ ...asked, sources: { ...asked.sources, local: broken } })).toHaveProperty(
    "unknown",
  );
});

test("of a configuration without end a part is told, and how much is left out", () => {
  const many = Array.from({ length: 20_000 }, (_, index) => `  debug/${index}: {verbosity: basic}`);
  const told = layersOf(question([base], `exporters:\n${many.join("\n")}\n`));
  if ("unknown" in told) throw new Error(told.unknown);
  expect(JSON.stringify(told).length).toBeLessThan(300_000);
  expect(told.omitted).toBeGreaterThan(10_000);
});
