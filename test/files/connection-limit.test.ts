import { expect, test } from "vitest";
import { connectionLimit } from "../../src/files/connection-limit.ts";

const limited = (files: number | string): string =>
  `Limit                     Soft Limit           Hard Limit           Units\nMax processes             100                  100                  processes\nMax open files            ${files}                 ${files}                 files\n`;

test("a server holds what it wishes, and never so much that nothing is left for the agent", () => {
  expect(connectionLimit(100, limited(1024))).toBe(100);
  expect(connectionLimit(100, limited(60))).toBe(15);
  expect(connectionLimit(8, limited(60))).toBe(8);
  expect(connectionLimit(100, limited(4))).toBe(2);
});

test("without a limit, or where none is told, the wish counts", () => {
  expect(connectionLimit(100, limited("unlimited"))).toBe(100);
  expect(connectionLimit(100, "")).toBe(100);
  expect(connectionLimit(1)).toBe(2);
});
