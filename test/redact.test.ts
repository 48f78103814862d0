import { test, expect } from "vitest";
import { redact, mayHoldSecret } from "../src/redact.ts";

test.each([
  ["Authorization: Bearer abcdef123456", "abcdef123456"],
  ["failed with Basic dXNlcjpwYXNz", "dXNlcjpwYXNz"],
  ['"password": "hunter22"', "hunter22"],
  ["api_key=k-123456 sent", "k-123456"],
  ["dial https://user:geheim@host:1/x", "geheim"],
  ["dial redis://:geheim@host:1/x", "geheim"],
  ["dial https://user:a@geheim@host:1/x", "geheim"],
  ["-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----", "MIIE"],
  ["-----BEGIN PRIVATE KEY-----\nMIIE", "MIIE"],
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

test("a text without any trace of a secret is known without looking closer", () => {
  expect(mayHoldSecret("2026-01-02T03:04:05Z\tinfo\tEverything is ready.\thttp://host/path")).toBe(
    false,
  );
  for (const word of [
    "pAssword",
    "PASSWD",
    "Secret",
    "toKen",
    "api-key",
    "APIKEY",
    "Authorization",
  ]) {
    expect(redact(`${word}=x1`), word).toContain("[redacted]");
  }
  for (const word of ["access_key", "accessKey"])
    expect(redact(`${word}: x1`)).toContain("[redacted]");
  for (const word of ["Basic", "Bearer", "ApiKey", "Secret-Key"]) {
    expect(redact(`${word} abcdef12`), word).toContain("[redacted]");
  }
});

test("what was redacted once stays as it is", () => {
  const once = redact("password=abc, token: 'def' and api_key: ghi; https://me:pw@host");
  expect(once).not.toMatch(/abc|def|ghi|pw/);
  expect(redact(once)).toBe(once);
});
