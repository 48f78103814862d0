import { test, expect } from "vitest";
import { waitAtMost, within } from "../src/time-limit.ts";

test("an answer in time is the answer, and a rejection the rejection", async () => {
  expect(await within(60_000, "too late", Promise.resolve(5))).toBe(5);
  await expect(within(60_000, "too late", Promise.reject(new Error("no")))).rejects.toThrow("no");
});

test("what never ends is given up with these words", async () => {
  await expect(within(1, "too late", new Promise(() => undefined))).rejects.toThrow("too late");
});

test("what never ends is waited for no longer than this, and what ends no longer than that", async () => {
  await waitAtMost(1, new Promise(() => undefined));
  await waitAtMost(3_600_000, Promise.resolve());
});
