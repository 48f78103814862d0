import { expect, test } from "vitest";
import {
  layerCounts,
  layersByLine,
  shortName,
} from "../../../../src/dev-server/page/words/layer-words.ts";
import type { AgentLayers } from "../../../../src/dev-server/shapes/layer-shapes.ts";

const known: AgentLayers = {
  is: "known",
  canAsk: true,
  why: "",
  layers: ["/etc/otel/base.yaml", "the supervisor"],
  lines: [
    { line: 2, layer: 0, there: 7 },
    { line: 3, layer: 1, also: [{ layer: 0, there: 9 }] },
    { line: 4, layer: 9 },
  ],
  omitted: 0,
};

test("a line has the layer's short name, with the line there", () => {
  const found = layersByLine(known);
  expect(found.get(2)).toEqual([{ layer: 0, text: "base.yaml:7" }]);
  expect(found.get(3)).toEqual([
    { layer: 1, text: "the supervisor" },
    { layer: 0, text: "base.yaml:9" },
  ]);
  expect(found.get(1)).toBeUndefined();
});

test("names that are no paths stay", () => {
  expect(shortName('remote configuration "a/b"')).toBe('remote configuration "a/b"');
});

test("lines are counted by their layer", () => {
  expect(layerCounts(known)).toEqual([2, 1]);
});
