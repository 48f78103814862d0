import { expect, test } from "vitest";
import { behindWall, endBehind, noWall } from "../../../src/agent/process/wall.ts";

const wall = { command: ["/w", "--in", "--"], stays: true };

test("without a wall a command line stays as it is", () => {
  expect(behindWall(noWall, "/a", ["b"])).toEqual(["/a", ["b"]]);
  expect(behindWall(wall, "/a", ["b"])).toEqual(["/w", ["--in", "--", "/a", "b"]]);
});

test("a process of the wall tells of a signal by a number", () => {
  const exited = (code: number): { code: number; signal: undefined } => ({
    code,
    signal: undefined,
  });
  expect(endBehind(wall, exited(137))).toEqual({ code: undefined, signal: "SIGKILL" });
  expect(endBehind(wall, exited(1))).toEqual(exited(1));
  expect(endBehind(wall, exited(255))).toEqual(exited(255));
  expect(endBehind(noWall, exited(137))).toEqual(exited(137));
  const killed = { code: undefined, signal: "SIGTERM" };
  expect(endBehind(wall, killed)).toEqual(killed);
});
