import { expect, test } from "vitest";
import { redact } from "../../../src/supervisor/core/redact.ts";

test.each([
  ["Authorization: Bearer abcdef123456", "abcdef123456"],
  ["failed with Basic dXNlcjpwYXNz", "dXNlcjpwYXNz"],
  ['"password": "hunter22"', "hunter22"],
  ["api_key=k-123456 sent", "k-123456"],
  ["dial https://user:geheim@host:1/x", "geheim"],
  ["-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----", "MIIE"],
])("a secret in %j does not leave", (text, secret) => {
  expect(redact(text)).not.toContain(secret);
  expect(redact(text)).toContain("[redacted]");
});

test.each([
  "listen tcp 127.0.0.1:4317: bind: address already in use",
  '\'receivers\' unknown type: "foo" for id: "foo" (valid values: [otlp nop])',
  "hash=0a0b0c",
])("the ordinary words of %j stay", (text) => {
  expect(redact(text)).toBe(text);
});
