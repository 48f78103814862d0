import { YAMLMap } from "yaml";
import { test, expect } from "vitest";
import type { LocalLayer } from "../../src/agent-config/config.ts";
import { layerTexts, readLayers } from "../../src/agent-config/read-layers.ts";
import { telemetryName } from "../../src/agent-config/telemetry-layer.ts";
import { remoteOf, uid, binary, baseLayer } from "../helpers/core/core-samples.ts";
import { render } from "../helpers/core/rendered.ts";

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

const local: readonly LocalLayer[] = [
  { name: "top.yaml", text: "a: 1", place: "protected" },
  { name: "over.yaml", text: "a: 1", place: "over" },
  { name: "base.yaml", text: "a: 1", place: "base" },
  { name: "extension", text: "b: 1", place: "base", forExtension: true },
];
const remote = remoteOf("r", "a: 1");

test("what may win stands last: base, remote, over, protected; own telemetry lowest of all", () => {
  const texts = layerTexts({ local, remote, uid, binary });
  expect(texts.map(({ name, from }) => [name, from])).toEqual([
    [telemetryName, "us"],
    ["base.yaml", "local"],
    ["extension", "us"],
    ["remote configuration", "remote"],
    ["over.yaml", "local"],
    ["top.yaml", "protected"],
  ]);
});

test("a binary without the extension gets no layer for it", () => {
  const facts = { ...binary, hasOpampExtension: false };
  const names = layerTexts({ local, remote, uid, binary: facts }).map(({ name }) => name);
  expect(names).not.toContain("extension");
});

test("the layers that say something are told apart by who wrote them", () => {
  const read = readLayers(layerTexts({ local, remote, uid, binary }), new YAMLMap());
  if ("problem" in read) throw new Error(read.problem);
  expect(read.layers.map(({ name }) => name)).toEqual([
    "base.yaml",
    "extension",
    "remote configuration",
    "over.yaml",
    "top.yaml",
  ]);
  expect(read).toMatchObject({ remote: new Set([2]), protectedAt: 4, parked: false });
});

test("what is only ours makes no configuration", () => {
  const ours = local.filter(({ forExtension }) => forExtension === true);
  const texts = layerTexts({ local: ours, remote: undefined, uid, binary });
  expect(readLayers(texts, new YAMLMap())).toMatchObject({ parked: true, protectedAt: 1 });
});

test("the first text that cannot be read is the problem", () => {
  const texts = layerTexts({ local: [baseLayer("a: [")], remote, uid, binary });
  expect(readLayers(texts, new YAMLMap())).toMatchObject({
    problem: expect.stringContaining("base.yaml:1:") as string,
  });
});
