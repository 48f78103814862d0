import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, join } from "node:path";
import { chromium, type BrowserContextOptions, type Page } from "playwright-core";
import { expect, onTestFinished } from "vitest";
import { patienceMs } from "../e2e/daemon.ts";

/** The browser to test with; undefined: there is none here, and `npm test` has said why. */
export const browserPath: string | undefined =
  process.env["CHROMIUM"] ??
  (process.env["PATH"] ?? "")
    .split(delimiter)
    .map((folder) => join(folder, "chromium"))
    .find((path) => existsSync(path));

/** The page as it was built. */
export const builtPage: string = join(import.meta.dirname, "../../../dist/page");

/** A page in a browser, and what went wrong in it. */
export interface Shown {
  readonly page: Page;
  /** Errors and warnings of its scripts, and what its policy kept out. */
  readonly faults: readonly string[];
}

/** Opens a page in a browser of its own; closed with the test. */
export async function openPage(url: string, options: BrowserContextOptions = {}): Promise<Shown> {
  if (browserPath === undefined) throw new Error("expected a browser; see scripts/browser.js");
  const browser = await chromium.launch({
    executablePath: browserPath,
    // Root has no sandbox, and neither has who may make no namespaces.
    args: ["--no-sandbox", "--disable-dev-shm-usage"],
  });
  onTestFinished(() => browser.close());
  const context = await browser.newContext({
    viewport: { width: 1280, height: 860 },
    ...options,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(patienceMs);
  const faults: string[] = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) faults.push(message.text());
  });
  page.on("pageerror", (error) => faults.push(error.message));
  await page.goto(url);
  return { page, faults };
}

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What axe finds in a page as it is shown, in words. */
export async function findingsOf(page: Page): Promise<readonly string[]> {
  // What moves is looked at when it has come to rest.
  await page.emulateMedia({ reducedMotion: "reduce" });
  await page.evaluate(axe);
  const results = await page.evaluate<{
    readonly violations: readonly {
      readonly id: string;
      readonly help: string;
      readonly nodes: readonly { readonly html: string }[];
    }[];
  }>("axe.run(document)");
  return results.violations.map(
    ({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ html }) => html).join(" | ")}`,
  );
}

/** Nothing was complained of: neither by the browser nor by axe. */
export async function expectClean({ page, faults }: Shown): Promise<void> {
  expect(await findingsOf(page)).toEqual([]);
  expect(faults).toEqual([]);
}

/** Writes a configuration into the editor of a view. */
export async function write(page: Page, text: string): Promise<void> {
  await page.locator(".cm-content").focus();
  await page.keyboard.press("Control+A");
  await page.keyboard.insertText(text);
}
