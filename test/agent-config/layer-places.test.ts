import { test, expect } from "vitest";
import { lineOf, placeOf } from "../../src/agent-config/layer-places.ts";
import { madeLayer } from "../../src/agent-config/read-layers.ts";
import { nodeAt, plain } from "../../src/agent-config/yaml/nodes.ts";
import { parseYamlLayer } from "../../src/agent-config/yaml/read-layer.ts";

test("a piece of a text has its line, a piece that the program made has none", () => {
  const layer = parseYamlLayer("base.yaml", "a: 1\nb:\n  c: 2\n");
  if ("problem" in layer) throw new Error(layer.problem);
  const value = nodeAt(layer.root, ["b", "c"]);
  expect(lineOf(value, layer.lineAt)).toBe(3);
  const layers = [layer, madeLayer("made", layer.root)];
  expect(placeOf(layers, { layer: 0, value })).toBe("base.yaml:3");
  expect(placeOf(layers, { layer: 1, value: plain("2") })).toBe("made");
});
