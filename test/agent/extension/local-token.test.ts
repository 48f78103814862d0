import { test, expect } from "vitest";
import { newSecret, runOfToken, tokenOf } from "../../../src/agent/extension/local-token.ts";

test("a token names its run to who knows the secret", () => {
  const secret = newSecret();
  expect(runOfToken(secret, tokenOf(secret, 12))).toBe(12);
});

test.each([
  ["of another secret", tokenOf("other", 1)],
  ["without a run", "secret"],
  ["with something else for a run", "x.secret"],
  ["with more behind it", "1.secret2"],
  ["with less", "1.secre"],
  ["that is empty", ""],
  ["that is missing", undefined],
])("a token %s is none", (_, token) => {
  expect(runOfToken("secret", token)).toBeUndefined();
});

test("no two secrets are the same", () => {
  expect(newSecret()).not.toBe(newSecret());
});
