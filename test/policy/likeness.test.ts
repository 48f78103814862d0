import { expect, test } from "vitest";
import { encodedIn, likenessOf, percentDecoded, piecesOf } from "../../src/policy/likeness.ts";

test("a text is taken apart at commas, decoded and brought to plain letters", () => {
  expect(piecesOf("stderr,/x")).toEqual(["stderr,/x", "stderr", "/x"]);
  expect(piecesOf("%2fx")).toEqual(["%2fx", "/x"]);
  expect(piecesOf("ｅvil.net")).toEqual(["evil.net"]);
  expect(piecesOf(" ")).toEqual([]);
  expect(percentDecoded("%252Fx%2")).toBe("/x%2");
});

const kindOf = (text: string, isText = true): string => {
  const { path, host } = likenessOf(text, isText);
  return `${path ? "path" : ""}${path && host ? " or " : ""}${host ? "host" : ""}`;
};

test.each([
  ["path", ["/x", "./x", "..", "../x", "~/x", "file:x", "unix:x", "C:\\x"]],
  [
    "host",
    ["https://x", "a:1", "::1", "[::1]", "host=x", "2130706433", "127.1", "1.2.3.4", "k://h"],
  ],
  ["path or host", ["a/b", "a.b", "a.", "a。b", "\\\\a\\b", "//x", "sqlite+x:///x", "@x"]],
  ["", ["word", "5s", "1.5s", "Sent to you.", "100", "a b"]],
])("what reads as %s", (kind, texts) => {
  for (const text of texts) expect(kindOf(text), text).toBe(kind);
});

test("a number without quotes is a number, unless it is written as addresses are", () => {
  for (const text of ["1.5", "2130706433"]) expect(kindOf(text, false), text).toBe("");
  for (const text of ["0x7f000001", "017700000001"]) expect(kindOf(text, false), text).toBe("host");
});

test("what stands in a value as base64 is read, other words are not", () => {
  expect(encodedIn("my:ZXZpbC5uZXQkYQ==")).toEqual(["evil.net$a"]);
  expect(encodedIn("elasticsearch something")).toEqual([]);
});
