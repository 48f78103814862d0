import { expect, test } from "vitest";
import { violationText } from "../../src/policy/check-policy.ts";
import { withLayers, withoutOperators } from "../../src/policy/where-set.ts";

const own = { rule: "file_paths.own", path: "exporters.file.path", found: "/s/x" };

test("a violation is told with the text that sets the value, the last of them", () => {
  const texts = ["a", "b", "c"].map((name) => ({
    name,
    text: name === "c" ? "x: [\n" : "exporters: {file: {path: /s/x}}\n",
  }));
  expect(withLayers([own], texts)).toEqual([{ ...own, layer: "b" }]);
  const whole = { ...own, path: "exporters.file" };
  expect(withLayers([whole, { ...own, path: "none" }], texts).map(({ layer }) => layer)).toEqual([
    "b",
    undefined,
  ]);
  expect(violationText(withLayers([own], texts))).toContain("exporters.file.path in b is /s/x");
});

test("what the operator wrote just like that is not refused, anything else is", () => {
  const text = (path: string) => [
    { name: "base.yaml", text: `exporters: {file: {path: ${path}}}\n` },
  ];
  expect(withoutOperators([own], text("/s/x"))).toEqual([]);
  expect(withoutOperators([own], text("/s/y"))).toEqual([own]);
  const other = { ...own, rule: "file_paths.deny" };
  expect(withoutOperators([other], text("/s/x"))).toEqual([other]);
});
