import { expect, test } from "vitest";
import { harmless, valueText } from "../../../src/dev-server/logs/value-text.ts";

test.each<[unknown, string]>([
  [{ stringValue: "hello" }, "hello"],
  [{ intValue: 12n }, "12"],
  [{ intValue: "12" }, "12"],
  [{ boolValue: false }, "false"],
  [{ doubleValue: 0.5 }, "0.5"],
  [{ bytesValue: new Uint8Array(3) }, "3 bytes"],
  [{ bytesValue: "AAAA" }, "3 bytes"],
  [{ arrayValue: { values: [{ stringValue: "a" }, { intValue: 1 }] } }, "[a, 1]"],
  [{ kvlistValue: { values: [{ key: "k", value: { stringValue: "v" } }] } }, "{k: v}"],
  [{}, ""],
  [undefined, ""],
  ["a text where a value should be", ""],
  [{ arrayValue: "nonsense" }, "[]"],
  [{ kvlistValue: { values: [null, 7, { key: 7 }] } }, "{: , : , 7: }"],
  [{ stringValue: { stringValue: "x" } }, ""],
])("%o reads %j", (value, text) => {
  expect(valueText(value, 100)).toBe(text);
});

test("a value that is nested without end is read to a depth", () => {
  let value: object = { stringValue: "x" };
  for (let depth = 0; depth < 50_000; depth += 1) value = { arrayValue: { values: [value] } };
  expect(valueText(value, 1_000)).toBe("[[[[[[[[[…]]]]]]]]]");
});

test("a text of a megabyte is cut, and so is a list without end", () => {
  expect(valueText({ stringValue: "x".repeat(1_000_000) }, 100)).toHaveLength(100);
  const values = Array.from({ length: 100_000 }, () => ({ stringValue: "xy" }));
  expect(valueText({ arrayValue: { values } }, 100)).toHaveLength(100);
});

test("no half of a character is left where a text is cut", () => {
  expect(harmless("ab😀", 3)).toBe("ab");
});

test("what a terminal or a reader would act on is not there", () => {
  const text = "\u001b[2Jred\u0007\u202egnp.exe\u2028\u0000\u009b1m\tkept\nkept";
  expect(harmless(text, 100)).toBe(
    "\ufffd[2Jred\ufffd\ufffdgnp.exe\ufffd\ufffd\ufffd1m\tkept\nkept",
  );
});
