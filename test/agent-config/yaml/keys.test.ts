import { test, expect } from "vitest";
import { parseDocument, isMap } from "yaml";
import { keyIdentity, keyText, mergesMaps } from "../../../src/agent-config/yaml/keys.ts";

function keyOf(text: string): unknown {
  const { contents } = parseDocument(`{? ${text} : x}`, { schema: "failsafe" });
  return isMap(contents) ? contents.items[0]?.key : undefined;
}

test.each([
  ["0x10", "16"],
  ["017", "15"],
  ["0o17", "15"],
  ["08", "8"],
  ["0b11", "3"],
  ["1_000", "1000"],
  ["-5", "-5"],
  ["+7", "7"],
  ["1.50", "1.5"],
  [".5", "0.5"],
  ["1.0", "1"],
  ["1e3", "1000"],
  ["True", "true"],
  ["FALSE", "false"],
  ["'True'", "True"],
  ['"0x10"', "0x10"],
  ["otlp/2", "otlp/2"],
  ["127.0.0.1", "127.0.0.1"],
  ["yes", "yes"],
  ["9007199254740993", "9007199254740993"],
])("the key %s is %s to the collector", (written, expected) => {
  expect(keyIdentity(keyOf(written))).toBe(expected);
});

test("a key that is a list or a map has no text", () => {
  expect(keyText(keyOf("[a]"))).toBeUndefined();
  expect(keyIdentity(keyOf("{a: b}"))).toBeUndefined();
});

test("<< merges only without quotes", () => {
  expect(mergesMaps(keyOf("<<"))).toBe(true);
  expect(mergesMaps(keyOf('"<<"'))).toBe(false);
  expect(mergesMaps(keyOf("!!str <<"))).toBe(false);
});
