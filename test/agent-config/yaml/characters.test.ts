import { test, expect } from "vitest";
import { findUnreadable, escapeUnreadable } from "../../../src/agent-config/yaml/characters.ts";

test.each(["\u0000", "\u0007", "\u007f", "\u0085", "\u2028", "\u2029", "\uffff", "\ud800"])(
  "the character %j is found, and escaped in a result",
  (character) => {
    expect(findUnreadable(`a: "b${character}"\n`)?.offset).toBe(5);
    const escaped = escapeUnreadable(`a: "b${character}"\n`);
    expect(findUnreadable(escaped)).toBeUndefined();
    expect(JSON.parse(escaped.slice(3))).toBe(`b${character}`);
  },
);

test("text in any language, line breaks of both kinds and a mark at the beginning are readable", () => {
  for (const text of ["\ufeffa: b\r\nc: d\n", "größe: 日本 😀\t\n", "a: \u00a0\ufeffb\n"]) {
    expect(findUnreadable(text)).toBeUndefined();
    expect(escapeUnreadable(text)).toBe(text);
  }
});

test("a carriage return that ends no line is not readable", () => {
  expect(findUnreadable("\ufeffa: b\rc: d\n")?.offset).toBe(5);
});
