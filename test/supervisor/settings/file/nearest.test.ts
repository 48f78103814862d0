import { test, expect } from "vitest";
import { nearest } from "../../../../src/supervisor/settings/file/nearest.ts";

const known = ["endpoint", "headers", "config_files", "config_apply_timeout", "env", "args"];

test.each([
  ["endpiont", "endpoint"],
  ["configFiles", "config_files"],
  ["Config-Files", "config_files"],
  ["config_file", "config_files"],
  ["header", "headers"],
  ["arg", "args"],
])("%s means %s", (written, expected) => {
  expect(nearest(written, known)).toBe(expected);
});

test.each(["exporters", "x", "", "timeout"])("%j means none of them", (written) => {
  expect(nearest(written, known)).toBeUndefined();
});
