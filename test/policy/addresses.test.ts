import { test, expect } from "vitest";
import {
  parseAddressPattern,
  parseAddress,
  permits,
  touches,
  isLoopback,
  hostOf,
} from "../../src/policy/addresses.ts";

function compare(pattern: string, address: string): readonly [boolean, boolean] {
  const entry = parseAddressPattern(pattern);
  const found = parseAddress(address);
  if (entry === undefined || found === undefined) throw new Error(`${pattern} ${address}`);
  return [permits(entry, found), touches(entry, found)];
}

const both = [true, true];
const neither = [false, false];

test.each([
  ["example.com", "EXAMPLE.com.:443"],
  ["example.com", "ｅxample。com"],
  ["*.example.com", "a.b.example.com:1"],
  ["10.0.0.0/8", "10.1.2.3:4317"],
  ["10.0.0.5", "0x0a000005"],
  ["10.0.0.5", "167772165:1"],
  ["10.0.0.5", "012.0.0.5"],
  ["10.0.0.5", "10.5"],
  ["10.0.0.5", "[::ffff:10.0.0.5]:1"],
  ["10.0.0.0/8", "[::FFFF:a00:5]:1"],
  ["::1", "[0:0:0:0:0:0:0:1]:4317"],
  ["fd00::/8", "[fd12::7%eth0]"],
  ["[::1]:4317", "[::1]:+4317"],
  ["127.0.0.1:80", "127.0.0.1:080"],
  ["127.0.0.1", "localhost:1"],
  ["localhost", "127.0.0.1:1"],
  ["localhost", "[::1]:1"],
  ["localhost", "ip6-localhost"],
  ["0.0.0.0", ":4317"],
  ["[::]", "0.0.0.0:4317"],
  ["0.0.0.0", "[::ffff:0.0.0.0]:1"],
  ["0.0.0.0", "0:1"],
  ["0.0.0.0", "[::0.0.0.0%lo]:1"],
  ["10.0.0.5", "[::10.0.0.5]:1".replace("::", "::ffff:")],
])("%s is the same as, or holds, %s", (pattern, address) => {
  expect(compare(pattern, address)).toEqual(both);
});

test.each([
  ["example.com", "example.com.evil.net"],
  ["example.com", "a.example.com"],
  ["*.example.com", "example.com"],
  ["*.example.com", "evilexample.com"],
  ["10.0.0.0/8", "11.0.0.1"],
  ["10.0.0.0/8", "10.0.0.1.evil.net"],
  ["10.0.0.4/31", "10.0.0.6"],
  ["fd00::/8", "[fe80::1]"],
  ["127.0.0.1:80", "127.0.0.1:81"],
  ["localhost", "localhost.evil.net"],
  ["localhost", "10.0.0.5"],
  ["0.0.0.0", "10.0.0.5"],
])("%s is not, and does not hold, %s", (pattern, address) => {
  expect(compare(pattern, address)).toEqual(neither);
});

test("all interfaces are more than what one address permits, and touch every address", () => {
  for (const pattern of ["10.0.0.5", "localhost", "127.0.0.1", "10.0.0.0/8", "fd00::/8"]) {
    expect(compare(pattern, ":4317"), pattern).toEqual([false, true]);
  }
});

test("a port by name is not permitted where a port is written, and may be the one that is denied", () => {
  expect(compare("localhost:80", "localhost:http")).toEqual([false, true]);
  expect(compare("localhost:80", "localhost")).toEqual([false, true]);
});

test("what is no address is not read as one", () => {
  for (const text of [
    "a b",
    "${env:X}:1",
    "`x`",
    "a:b:c",
    "http://x",
    "user@host",
    "x/y",
    "[::1",
  ]) {
    expect(parseAddress(text), text).toBeUndefined();
  }
});

test("what is no entry is not read as one", () => {
  for (const text of ["10.0.0.0/33", "example.com/8", "*.10.0.0.1", "*.*.com:x y", "a b"]) {
    expect(parseAddressPattern(text), text).toBeUndefined();
  }
});

test("loopback is told from what only looks like it", () => {
  for (const text of ["localhost", "127.9.9.9:1", "[::1]:1", "ws://[::ffff:127.0.0.1]:1/x"]) {
    expect(isLoopback(hostOf(text)), text).toBe(true);
  }
  for (const text of ["localhost.evil.net", "128.0.0.1", ":80", "ws://127.0.0.1@evil.net/"]) {
    expect(isLoopback(hostOf(text)), text).toBe(false);
  }
});
