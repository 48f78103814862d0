import { test, expect } from "vitest";
import { createRecentBytes } from "../../../src/agent/output/recent-bytes.ts";

test.each([
  [["ab"], "ab"],
  [["abcde"], "abcde"],
  [["abc", "de", "f"], "bcdef"],
  [["abcdefgh"], "defgh"],
  [["ab", "cdefghijklm", "n"], "jklmn"],
  [["abc", "", "defg"], "cdefg"],
  [[], ""],
])("of %j the last five bytes are kept", (pieces, expected) => {
  const recent = createRecentBytes(5);
  for (const piece of pieces) recent.add(Buffer.from(piece));
  expect(String(recent.read())).toBe(expected);
});
