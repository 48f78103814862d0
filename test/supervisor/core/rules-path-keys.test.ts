import { expect, test } from "vitest";
import { isFilePath } from "../../../src/supervisor/core/rules-path-keys.ts";
import type { Part } from "../../../src/supervisor/core/rules-parts.ts";

function judged(section: Part["section"], type: string, key: string, text: string): boolean {
  const place = [section, type];
  const part = { section, type, place, leaves: [], own: false };
  return isFilePath({ path: [...place, key], key, text }, part);
}

test("a key that names a file is one, whatever it says", () => {
  for (const key of [
    "path",
    "file",
    "ca_file",
    "directory",
    "storage_dir",
    "filename",
    "include",
  ]) {
    expect(judged("receivers", "thing", key, "x"), key).toBe(true);
  }
});

test("a value that looks like a path is one, outside processors", () => {
  for (const text of ["/x", "./x", "../x", "file:///x", "unix:/x", "C:\\x"]) {
    expect(judged("receivers", "thing", "any", text), text).toBe(true);
    expect(judged("processors", "thing", "any", text), text).toBe(false);
  }
  for (const text of ["x", "http://x/y", "//x", "a/b", "5s"]) {
    expect(judged("receivers", "thing", "any", text), text).toBe(false);
  }
});

test("the path of a page is no file", () => {
  expect(judged("extensions", "healthcheck", "path", "/x")).toBe(false);
  expect(judged("receivers", "otlp", "traces_url_path", "/x")).toBe(false);
  expect(judged("exporters", "file", "path", "/x")).toBe(true);
});
