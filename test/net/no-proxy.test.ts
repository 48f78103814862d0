import { test, expect } from "vitest";
import { bypasses, isLoopback } from "../../src/net/no-proxy.ts";

test.each([
  ["*", "opamp.example.com", true],
  ["example.com", "example.com", true],
  ["example.com", "opamp.example.com", true],
  ["example.com", "badexample.com", false],
  [".example.com", "opamp.example.com", true],
  [".example.com", "example.com", false],
  ["*.example.com", "opamp.example.com", true],
  ["*.example.com", "example.com", false],
  ["Example.COM", "opamp.example.com.", true],
  ["example.com:4320", "opamp.example.com", true],
  ["example.com:443", "opamp.example.com", false],
  ["10.0.0.0/8", "10.1.2.3", true],
  ["10.0.0.0/8", "11.1.2.3", false],
  ["10.0.0.0/8", "ten.example.com", false],
  ["10.0.0.0/99", "10.1.2.3", false],
  ["10.1.2.3", "10.1.2.3", true],
  ["10.1.2.3:4320", "10.1.2.3", true],
  ["10.1.2.3:443", "10.1.2.3", false],
  ["fd00::/8", "fd12::1", true],
  ["::1", "::1", true],
  ["[::1]:4320", "::1", true],
  ["[::1]:443", "::1", false],
  ["", "example.com", false],
  ["not an entry", "example.com", false],
])("%j for %s: %s", (entry, host, expected) => {
  expect(bypasses([entry], host, 4320)).toBe(expected);
});

test("one entry that fits is enough", () => {
  expect(bypasses(["a.test", " b.test "], "b.test", 443)).toBe(true);
  expect(bypasses([], "b.test", 443)).toBe(false);
});

test.each([
  ["localhost", true],
  ["127.0.0.1", true],
  ["127.9.9.9", true],
  ["::1", true],
  ["10.0.0.1", false],
  ["localhost.example.com", false],
])("%s is loopback: %s", (host, expected) => {
  expect(isLoopback(host)).toBe(expected);
});
