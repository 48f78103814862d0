import { test, expect } from "vitest";
import { isScript, leavesZombies } from "../../../src/agent/process/orphans.ts";
import { script } from "../../helpers/temporary-folder.ts";

test("a script that the first process starts leaves zombies", () => {
  expect(leavesZombies(script(""), 1)).toBe(true);
});

test("a collector does not, and nothing does where another one is the first process", () => {
  expect(leavesZombies(process.execPath, 1)).toBe(false);
  expect(leavesZombies("/nowhere/otelcol", 1)).toBe(false);
  expect(leavesZombies(script(""), 2)).toBe(false);
});

test("a script is known by its first two bytes", () => {
  const programs = [script(""), process.execPath, "/nowhere", "/"];
  expect(programs.map(isScript)).toEqual([true, false, false, false]);
});
