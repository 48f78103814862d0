import { describe, test, expect, onTestFinished } from "vitest";
import { browserPath, openPage } from "../helpers/browser/browser-page.ts";
import { startMadeUpConsole } from "../helpers/browser/made-up-console.ts";

describe.skipIf(browserPath === undefined)("a server that is lost", () => {
  test("is said to be, and the page goes on by itself when it is back", async () => {
    const first = await startMadeUpConsole(5);
    const { page } = await openPage(first.url);
    await page.getByText("Live", { exact: true }).waitFor();
    await first.close();
    await page.getByText("Server lost, trying again").waitFor();
    await page.getByText("What you see is what it said last").waitFor();
    expect(await page.locator(".agents-body .agent-row").count()).toBe(5);
    const second = await startMadeUpConsole(7, Number(new URL(first.url).port));
    onTestFinished(() => second.close());
    await page.getByText("Live", { exact: true }).waitFor();
    await page.locator('[aria-rowindex="8"]').waitFor();
    expect(await page.getByText("What you see is what it said last").count()).toBe(0);
  });
});
