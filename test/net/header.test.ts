import { test, expect } from "vitest";
import { isHeaderName, isReservedHeader } from "../../src/net/header.ts";

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

test.each(["Host", "content-length", "Sec-WebSocket-Key", "upgrade", "Transfer-Encoding"])(
  "%s is for the connection itself",
  (name) => {
    expect(isReservedHeader(name)).toBe(true);
  },
);

test.each(["Authorization", "X-Host", "Content-Type", "sec-websocket"])("%s may be set", (name) => {
  expect(isReservedHeader(name)).toBe(false);
});
