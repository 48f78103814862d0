import { test, expect } from "vitest";
import { collisionsIn } from "../../src/agent-config/collisions.ts";
import { joinLayers } from "../../src/agent-config/join-layers.ts";
import { renderConfig, sourcesDigest } from "../../src/agent-config/render-config.ts";
import type { RemoteConfig } from "../../src/agent-config/config.ts";
import { parseYamlLayer, type YamlLayer } from "../../src/agent-config/yaml/read-layer.ts";
import { baseLayer, uid, binary, policy } from "../helpers/core/core-samples.ts";

/** Collisions of layers that are all parts of one remote configuration. */
function collisions(...texts: readonly string[]): readonly string[] {
  const layers = texts.map((text, index) => {
    const layer = parseYamlLayer(`p${index}`, text);
    if ("problem" in layer) throw new Error(layer.problem);
    return layer satisfies YamlLayer;
  });
  return collisionsIn(joinLayers(layers), new Set(layers.keys()));
}

const contradiction = "a.b is set differently by p0:1 and p1:1";

test.each([
  ["a: {b: 1}", "a: {b: 2}"],
  ["a: {b: 1}", 'a: {b: "1"}'],
  ["a: {b: [x]}", "a: {b: [x, y]}"],
  ["a: {b: {c: 1}}", "a: {b: }"],
  ["a: {b: {c: 1}}", "a: {b: 1}"],
  ["a: {b: 1}", "a: {b: {c: 1}}"],
  ["a: {b: [{c: 1}]}", "a: {b: [{c: 2}]}"],
  ["a: {b: true}", 'a: {b: "true"}'],
])("%s and %s contradict each other", (first, second) => {
  expect(collisions(first, second)).toEqual([contradiction]);
});

test.each([
  ["a: {b: 1}", "a: {b: 1}"],
  ["a: {b: otlp/x}", 'a: {b: "otlp/x"}'],
  ["a: {b: [{c: 1, d: 2}]}", "a: {b: [{d: 2, c: 1}]}"],
  ["a: {b: }", "a: {b: {c: 1}}"],
  ["a: {b: 1}", "a: {c: 2}"],
  ["service: {extensions: [x]}", "service: {extensions: [y]}"],
])("%s and %s do not", (first, second) => {
  expect(collisions(first, second)).toEqual([]);
});

test("of three parts those two are named that follow each other, with their lines", () => {
  expect(collisions("a: 1\n", "x: 0\na: 2\n", "\n\na: 3\n")).toEqual([
    "a is set differently by p0:1 and p1:2",
    "a is set differently by p1:2 and p2:3",
  ]);
});

test("many are counted instead of named", () => {
  const text = (value: number): string =>
    Array.from({ length: 30 }, (_, index) => `k${index}: ${value}\n`).join("");
  const found = collisions(text(1), text(2));
  expect(found).toHaveLength(11);
  expect(found.at(-1)).toBe("20 more places are set differently like these");
});

const remote: RemoteConfig = {
  hash: "01",
  digest: "d",
  problem: undefined,
  files: [
    { name: "b", text: "exporters: {debug: {verbosity: detailed}}" },
    { name: "a", text: "exporters:\n  debug: {verbosity: basic}" },
  ],
};
const local = [baseLayer("exporters: {debug: {verbosity: normal}}")];
const both = `exporters.debug.verbosity is set differently by remote configuration "a":2 and remote configuration "b":1`;

test("parts that contradict each other are a warning, local layers are none", () => {
  const rendering = renderConfig({ local, remote, uid, binary }, policy);
  expect("config" in rendering && rendering.config.warnings).toEqual([
    `${both}; the last one wins`,
  ]);
  expect("config" in rendering && rendering.config.text).toContain("verbosity: detailed");
});

test("with on_collision: fail they are a problem that names both", () => {
  const strict = { ...policy, onCollision: "fail" as const };
  expect(renderConfig({ local, remote, uid, binary }, strict)).toEqual({
    problem: `${both} (agent.on_collision is fail)`,
  });
  const single = { ...remote, files: remote.files.slice(0, 1) };
  expect(renderConfig({ local, remote: single, uid, binary }, strict)).toHaveProperty("config");
});

test("what was rendered with warnings is rendered anew where they are to be failures", () => {
  const sources = { local, remote, uid, binary };
  const usual = sourcesDigest(sources, policy);
  expect(sourcesDigest(sources, { ...policy, onCollision: "warn" })).toBe(usual);
  expect(sourcesDigest(sources, { ...policy, onCollision: "fail" })).not.toBe(usual);
});
