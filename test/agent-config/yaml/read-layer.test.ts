import { isScalar } from "yaml";
import { test, expect } from "vitest";
import { emptyDocument, parseYamlLayer } from "../../../src/agent-config/yaml/read-layer.ts";
import { baseLayer, remoteOf } from "../../helpers/core/core-samples.ts";
import { render, pipelines, problemOf } from "../../helpers/core/rendered.ts";

test("every scalar keeps the form in which it was written", () => {
  const forms = [
    "octal: 0777",
    "grouped: 1_000",
    "big: 9007199254740993",
    "float: 1.0",
    "date: 2024-01-01",
    "word: yes",
    'quoted: "0777"',
    "nothing: null",
    "tilde: ~",
    "empty:",
    "expression: ${env:NAME:-x}",
  ];
  const { text } = render({
    local: [baseLayer(`processors:\n  p:\n${forms.map((form) => `    ${form}\n`).join("")}`)],
    remote: remoteOf("r", pipelines),
  });
  for (const form of forms) expect(text).toContain(`    ${form}\n`);
});

test("a JSON body is YAML", () => {
  const { text } = render({ remote: remoteOf("r", '{"receivers": {"otlp": {"a": "0777"}}}') });
  expect(text).toContain('"a": "0777"');
});

test.each([
  ["a: [1, 2", /base\.yaml:1:/],
  ["a: 1\nb: 2\na: 3\n", /base\.yaml:3:1: key "a" is already set at line 1/],
  ["- a\n- b\n", /expected a map.*found a list/],
  ["just text", /expected a map.*found a text/],
])("the text %j is refused with its place", (text, expected) => {
  expect(problemOf([baseLayer(text)])).toMatch(expected);
});

test("of several documents the first is used, with a warning", () => {
  const config = render({ local: [baseLayer("a: {b: 1}\n---\na: {b: 2}\n")] });
  expect(config.text).toContain("a: { b: 1 }");
  expect(config.warnings).toEqual(["base.yaml: only the first of several YAML documents is used"]);
});

test.each(["", "# nothing\n", "~\n", "---\n"])(
  "the text %j is a layer that says nothing",
  (text) => {
    const layer = parseYamlLayer("a.yaml", text);
    expect("root" in layer && layer.root.items).toEqual([]);
  },
);

test("a place is known by its line, also behind what was not given to the parser", () => {
  const text = "a: 1\nb: 2\nc:\n  d: [e]\n";
  const layer = parseYamlLayer("a.yaml", text);
  if ("problem" in layer) throw new Error(layer.problem);
  const lines = layer.root.items.map(({ key }) =>
    isScalar(key) ? layer.lineAt(key.range?.[0] ?? -1) : undefined,
  );
  expect(lines).toEqual([1, 2, 3]);
});

test("two empty documents are two: what is joined into one is not in the other", () => {
  const one = emptyDocument();
  one.set("a", "b");
  expect(one.toString()).toBe("a: b\n");
  expect(emptyDocument().toString()).toBe("{}\n");
});
