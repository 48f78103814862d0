import { test, expect } from "vitest";
import { isHeaderName } from "../../src/net/header.ts";

test.each([
  ["Authorization", true],
  ["x_tenant.1!#$%&'*+^`|~-", true],
  ["", false],
  ["two words", false],
  ["a:b", false],
  ["a\nb", false],
  ["\u00e9", false],
])("%j as the name of a header: %s", (text, may) => {
  expect(isHeaderName(text)).toBe(may);
});
