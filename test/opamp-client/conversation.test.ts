import { expect, test } from "vitest";
import { pollIntervalMs } from "../../src/opamp-client/conversation.ts";

const dayMs = 86_400_000;

test.each([
  [1, 1],
  [30_000, 30_000],
  [dayMs, dayMs],
  [dayMs + 1, dayMs],
  [365 * dayMs, dayMs],
  [Infinity, dayMs],
  [0, 30_000],
  [-5, 30_000],
])("a server that wants polls every %i ms gets them every %i ms", (wanted, expected) => {
  expect(pollIntervalMs(wanted)).toBe(expected);
});
