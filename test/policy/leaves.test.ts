import { test, expect } from "vitest";
import { leavesOf, pathText, placeText } from "../../src/policy/leaves.ts";
import { parseYamlLayer } from "../../src/agent-config/yaml/read-layer.ts";

function textsOf(text: string): Readonly<Record<string, string>> {
  const layer = parseYamlLayer("test", text);
  if ("problem" in layer) throw new Error(layer.problem);
  return Object.fromEntries(leavesOf(layer.root).map((leaf) => [pathText(leaf.path), leaf.text]));
}

test("every value has its path, also nothing and an empty collection", () => {
  expect(textsOf("a: {b: [x, {c: 0777}]}\nd:\ne: []\nf: {}\n")).toEqual({
    "a.b[0]": "x",
    "a.b[1].c": "0777",
    d: "",
    e: "",
    f: "",
  });
});

test("quotes, folds, escapes, anchors and merge keys do not hide a text", () => {
  const text =
    'a: "\\x65vil"\nb: >-\n  evil\n  host\nc: &name evil\nd: *name\ne: {<<: {f: evil}}\ng: !other evil\n';
  expect(textsOf(text)).toEqual({
    a: "evil",
    b: "evil host",
    c: "evil",
    d: "evil",
    "e.f": "evil",
    g: "evil",
  });
});

test("base64 behind a binary tag is read as the collector reads it, in keys too", () => {
  const text =
    "a: !!binary ZXZpbA==\nb: !!binary |\n  ZX\n  Zpb\n  A==\nc: !<tag:yaml.org,2002:binary> ZXZpbA==\n!!binary ZA==: x\ne: !!binary '?'\n";
  expect(textsOf(text)).toEqual({ a: "evil", b: "evil", c: "evil", d: "x", e: "?" });
});

test("a key with :: is the way to a key below, at every level", () => {
  expect(textsOf('"a::b::c": 1\nd: {"e::f": 2}\n')).toEqual({ "a.b.c": "1", "d.e.f": "2" });
});

test("a value for people is short and on one line", () => {
  expect(placeText("")).toBe("empty");
  expect(placeText("a\nb\u001b[1m")).toBe("a b [1m");
  expect(placeText("x".repeat(500)).length).toBe(121);
});
