import { expect, test } from "vitest";
import { tooManyConnections } from "../../src/simulate/open-files.ts";

const limits = (files: string): string =>
  `Limit                     Soft Limit           Hard Limit           Units\nMax open files            ${files}                 ${files}              files\n`;
const ports = "32768\t60999\n";

test("too few open files are named, with what to do", () => {
  const why = tooManyConnections(5000, limits("1024"), ports);
  expect(why).toContain("5000 agents need 5064 open files, and this process may have 1024");
  expect(why).toContain("ulimit -n 5064");
  expect(why).toContain("at most 960 agents");
  expect(tooManyConnections(960, limits("1024"), ports)).toBeUndefined();
});

test("too few local ports are named", () => {
  expect(tooManyConnections(30_000, limits("100000"), ports)).toContain("gives out 28232");
  expect(tooManyConnections(28_000, limits("100000"), ports)).toBeUndefined();
});

test("where nothing can be read nothing is in the way", () => {
  expect(tooManyConnections(50_000, "", "")).toBeUndefined();
  expect(tooManyConnections(50_000, limits("unlimited"), "")).toBeUndefined();
});
