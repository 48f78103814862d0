import { existsSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { expect, test } from "vitest";
import { allPages, anchorsOf, proseOf, type Page } from "./helpers/docs/markdown.ts";

const root = join(import.meta.dirname, "..");
const pages = allPages();
const pageAt = new Map(pages.map((page) => [page.path, page]));

/** What the links of a page lead to, those of images too, but for other places of the web. */
function linksOf(page: Page): readonly string[] {
  const links = proseOf(page).matchAll(/\]\(([^)\s]+)\)/g);
  return [...links].map(([, to = ""]) => to).filter((to) => !/^[a-z]+:/.test(to));
}

function faultOf(page: Page, link: string): string | undefined {
  const [file = "", anchor] = link.split("#");
  const path = file === "" ? page.path : normalize(join(dirname(page.path), file));
  if (!existsSync(join(root, path))) return `${page.path}: ${link} leads to nothing`;
  if (anchor === undefined) return undefined;
  const target = pageAt.get(path);
  return target !== undefined && anchorsOf(target).includes(anchor)
    ? undefined
    : `${page.path}: ${link} leads to no heading`;
}

test("every link of every page leads to a file, and its anchor to a heading", () => {
  const faults = pages.flatMap((page) => linksOf(page).map((link) => faultOf(page, link)));
  expect(faults.filter((fault) => fault !== undefined)).toEqual([]);
});

test("every page, example and test that a page names in its text is there", () => {
  const faults = pages.flatMap((page) =>
    [...proseOf(page).matchAll(/`((?:docs|examples|test)\/[\w./-]+)`/g)]
      .map(([, path = ""]) => path)
      .filter((path) => !existsSync(join(root, path)))
      .map((path) => `${page.path}: ${path}`),
  );
  expect(faults).toEqual([]);
});

test("every page in docs/ is in its index", () => {
  const index = pageAt.get("docs/README.md");
  const linked = index === undefined ? [] : linksOf(index).map((link) => link.split("#")[0]);
  const there = pages.map(({ path }) => path).filter((path) => /^docs\/[^/]+\.md$/.test(path));
  const missing = there.filter((path) => !linked.includes(path.slice("docs/".length)));
  expect(missing.filter((path) => path !== "docs/README.md")).toEqual([]);
});
