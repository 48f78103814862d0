import { test, expect } from "vitest";
import { readEndpoint } from "../../src/net/endpoint.ts";

test.each([
  ["wss://h:4320/v1/opamp", "wss://h:4320/v1/opamp"],
  ["ws://h", "ws://h/v1/opamp"],
  ["https://h/other", "https://h/other"],
  ["http://h:80", "http://h:80/v1/opamp"],
  ["wss://h:443/v1/opamp", "wss://h:443/v1/opamp"],
  ["wss://h:443", "wss://h:443/v1/opamp"],
  ["wss://h:", "wss://h/v1/opamp"],
  ["ws://h/", "ws://h/"],
  ["ws://h?tenant=a/b:1", "ws://h/v1/opamp?tenant=a/b:1"],
  ["ws://[::1]", "ws://[::1]/v1/opamp"],
  ["ws://[::1]:9/x", "ws://[::1]:9/x"],
  ["ws://me:5@h", "ws://me:5@h/v1/opamp"],
  ["WS://h", "ws://h/v1/opamp"],
  ["ws://h/x#part", "ws://h/x"],
])("%s stands for %s", (text, url) => {
  expect(readEndpoint(text)).toMatchObject({ is: "valid", url });
});

test.each([
  ["ws://h:1", false],
  ["http://h", false],
  ["wss://h", true],
  ["https://h:443", true],
])("%s: secure %s", (text, secure) => {
  expect(readEndpoint(text)).toMatchObject({ secure });
});

test.each([
  "",
  "h:4320/v1/opamp",
  "tcp://h:1",
  "ws://",
  "ws://:4320",
  "ws://me@:1",
  "ws:/h",
  "ws://h:99999",
  "ws://a b",
])("%j is no endpoint", (text) => {
  expect(readEndpoint(text).is).toBe("invalid");
});
