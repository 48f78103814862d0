import { expect, test } from "vitest";
import { isFilePath, isPagePath } from "../../src/policy/file-keys.ts";
import type { Part } from "../../src/policy/parts.ts";

function at(type: string, key: string, text: string): [Parameters<typeof isFilePath>[0], Part] {
  const place = ["extensions", type];
  return [
    { path: [...place, key], key, text },
    { section: "extensions", type, place, leaves: [], own: false },
  ];
}

test("a path is that of a page where pages are served, else that of a file", () => {
  expect(isPagePath(...at("healthcheck", "path", "/x"))).toBe(true);
  expect(isPagePath(...at("thing", "path", "/x"))).toBe(false);
  expect(isPagePath(...at("thing", "metrics_path", "/x"))).toBe(true);
  expect(isFilePath(...at("thing", "path", "x"))).toBe(true);
});

test("keys of the agent's own telemetry name files too", () => {
  const leaf = (key: string, text: string) => ({ path: ["service", "telemetry", key], key, text });
  expect(isFilePath(leaf("client_key", "x"), undefined)).toBe(true);
  expect(isFilePath(leaf("any", "file:///x"), undefined)).toBe(true);
  expect(isFilePath(leaf("any", "x"), undefined)).toBe(false);
});
