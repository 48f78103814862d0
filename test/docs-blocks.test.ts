import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { allPages, blocksOf, isCommand, type Block } from "./helpers/docs/markdown.ts";

const root = join(import.meta.dirname, "..");
const commands = allPages().flatMap(blocksOf).filter(isCommand);

const marks =
  "<!-- run -->, <!-- run by test/…test.ts --> or <!-- not run: why not --> (CONTRIBUTING.md has more)";

/** Why the mark of a block will not do. */
function faultOf({ page, line, mark }: Block): string | undefined {
  const at = `${page}:${line}`;
  if (/^run(?: beside a supervisor|: until ".+")?$/.test(mark)) return undefined;
  if (/^not run\b[^:]*: \S+ \S+/i.test(mark)) return undefined;
  // A test that runs the same says in the comment what of it, or names the page itself.
  const [, runner] = /^(test\/\S+\.test\.ts) runs\b/.exec(mark) ?? [];
  if (runner !== undefined && existsSync(join(root, runner))) return undefined;
  const [, path] = /^run by (\S+)$/.exec(mark) ?? [];
  if (path === undefined) return `${at}: expected ${marks} above the block, found "${mark}"`;
  if (!existsSync(join(root, path))) return `${at}: there is no ${path}`;
  const text = readFileSync(join(root, path), "utf8");
  return text.includes(page) ? undefined : `${at}: ${path} does not name ${page}`;
}

// `run` and what begins so is what test/e2e/docs-run.test.ts does.
test("every command in a page is run by a test, or says why not", () => {
  expect(commands.length).toBeGreaterThan(10);
  expect(commands.map(faultOf).filter((fault) => fault !== undefined)).toEqual([]);
});

test("a block is found in a list too, with the mark that stands above it", () => {
  const text =
    "1. Do\n\n   <!-- not run: why not -->\n\n   ```sh\n   a \\\n     b\n   ```\n\n```js\nc\n```\n";
  expect(blocksOf({ path: "x.md", text })).toEqual([
    { page: "x.md", line: 5, language: "sh", text: "a \\\n  b\n", mark: "not run: why not" },
    { page: "x.md", line: 10, language: "js", text: "c\n", mark: "" },
  ]);
});

test("a mark that says nothing will not do", () => {
  const [block] = blocksOf({ path: "x.md", text: "```sh\na\n```\n" });
  const faults = [
    "",
    "run it",
    "not run:",
    "run by test/nowhere.test.ts",
    "run by test/docs.test.ts",
  ];
  expect(faults.map((mark) => faultOf({ ...block!, mark }) !== undefined)).not.toContain(false);
  expect(faultOf({ ...block!, mark: 'run: until "connected"' })).toBeUndefined();
});

test("no page shows a command in a block without a language", () => {
  const bare = allPages()
    .flatMap(blocksOf)
    .filter(({ language }) => language === "");
  expect(bare.map(({ page, line }) => `${page}:${line}`)).toEqual([]);
});
