import { test, expect } from "vitest";
import { refuseUnsafe } from "../../src/download/refuse-unsafe.ts";

const remote = "https://releases.example/a";

test.each([
  [remote, remote],
  ["https://store.example/a", remote],
  ["https://store.example/a", "http://127.0.0.1:1/a"],
  ["http://127.0.0.1:2/a", "http://127.0.0.1:1/a"],
  ["http://localhost:2/a", "http://[::1]:1/a"],
])("%s may be fetched when the first address was %s", (url, first) => {
  expect(() => refuseUnsafe(new URL(url), new URL(first))).not.toThrow();
});

test.each([
  ["http://releases.example/a", remote],
  ["http://127.0.0.1:1/a", remote],
  ["http://releases.example/a", "http://127.0.0.1:1/a"],
  ["http://releases.example/a", "http://releases.example/a"],
  ["http://127.0.0.1.example/a", "http://127.0.0.1:1/a"],
  ["http://localhost.example/a", "http://127.0.0.1:1/a"],
  ["file:///etc/passwd", "http://127.0.0.1:1/a"],
  ["ftp://127.0.0.1/a", "http://127.0.0.1:1/a"],
])("%s is refused when the first address was %s", (url, first) => {
  expect(() => refuseUnsafe(new URL(url), new URL(first))).toThrow(/expected an https address/);
});
