import { expect, test } from "vitest";
import { ignoredParts } from "../../../src/supervisor/core/ignored-parts.ts";

test("C-235 an unknown command is told of", () => {
  expect(ignoredParts({ command: { type: 7 } })).toEqual(["the command 7 is none that is known"]);
  expect(ignoredParts({ command: {} })).toEqual([]);
});

test.each([
  ["of 3 bytes", Uint8Array.of(1, 2, 3), 1],
  ["of zeros", new Uint8Array(16), 1],
  ["of 16 bytes", new Uint8Array(16).fill(7), 0],
])("C-054 an instance id %s", (_, newInstanceUid, told) => {
  expect(ignoredParts({ agentIdentification: { newInstanceUid } })).toHaveLength(told);
});

test("an error excludes all else", () => {
  expect(ignoredParts({ errorResponse: {}, command: { type: 7 } })).toEqual([]);
});
