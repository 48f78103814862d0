import { test, expect } from "vitest";
import { isScript, leavesZombies } from "../../../src/agent/process/orphans.ts";
import { script } from "../../helpers/temporary-folder.ts";

test("a script that the first process starts leaves zombies, and so does a wall beside the collector", () => {
  expect(leavesZombies(process.execPath, true, 1)).toBe(true);
  expect(leavesZombies(script(""), false, 1)).toBe(true);
});

test("a collector does not, and nothing does where another one is the first process", () => {
  expect(leavesZombies(process.execPath, false, 1)).toBe(false);
  expect(leavesZombies("/nowhere/otelcol", false, 1)).toBe(false);
  expect(leavesZombies(script(""), true, 2)).toBe(false);
});

test("a script is known by its first two bytes", () => {
  const programs = [script(""), process.execPath, "/nowhere", "/"];
  expect(programs.map(isScript)).toEqual([true, false, false, false]);
});
