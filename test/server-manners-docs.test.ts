import { readFileSync, existsSync } from "node:fs";
import { join } from "node:path";
import { test, expect } from "vitest";

const root = join(import.meta.dirname, "..");
const page = readFileSync(join(root, "docs/server-manners.md"), "utf8");
const rows = page
  .split("\n")
  .filter((line) => /^\| [a-z]/.test(line) && line.includes("`"))
  .map((line) => line.split("|").map((cell) => cell.trim().replaceAll("`", "")))
  .map(([, what = "", , name = "", file = "", shown = ""]) => [what, name, file, shown] as const);

test.each(rows)("docs/server-manners.md: %s", (_, name, file, shown) => {
  const source = readFileSync(join(root, file), "utf8");
  expect(source).toMatch(new RegExp(`(function |^    )${name}\\(`, "m"));
  expect(existsSync(join(root, shown)), shown).toBe(true);
});

test("the page has its rows", () => {
  expect(rows.length).toBeGreaterThan(10);
});
