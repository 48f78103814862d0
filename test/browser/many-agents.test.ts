import { describe, test, expect, onTestFinished } from "vitest";
import { browserPath, openPage, type Shown } from "../helpers/browser/browser-page.ts";
import { startMadeUpConsole, type MadeUpConsole } from "../helpers/browser/made-up-console.ts";

async function open(agents: number): Promise<Shown & { readonly server: MadeUpConsole }> {
  const server = await startMadeUpConsole(agents);
  onTestFinished(() => server.close());
  return { server, ...(await openPage(server.url)) };
}

describe.skipIf(browserPath === undefined)("a table of 10,000 agents", () => {
  test("draws few of them at a time, wherever somebody scrolls, and lets nobody miss one", async () => {
    const { page, faults } = await open(10_000);
    const rows = page.locator(".agents-body .agent-row");
    await page.getByText("10,000").waitFor();
    await rows.first().waitFor();
    for (const share of [0, 0.3, 0.9, 1, 0.5]) {
      await page.evaluate(`scrollTo(0, document.documentElement.scrollHeight * ${share})`);
      const seen = page.locator(".agent-row .host-link").nth(15);
      await seen.waitFor();
      expect(await rows.count()).toBeLessThan(80);
      // The middle of the screen is a row, not the room that stands for rows.
      const middle = "document.elementFromPoint(600, 700)?.closest('.agent-row') !== null";
      // Asked from outside: the page's own policy refuses text that is evaluated from within.
      await expect.poll(() => page.evaluate(middle)).toBe(true);
    }
    await page.evaluate("scrollTo(0, document.documentElement.scrollHeight)");
    await page.locator('[aria-rowindex="10001"]').waitFor();
    expect(await page.getByRole("table").getAttribute("aria-rowcount")).toBe("10001");
    expect(faults).toEqual([]);
  });

  test("finds one, filters by a click, and orders by a column", async () => {
    const { page } = await open(10_000);
    await page.getByRole("searchbox").fill("host=web-9001");
    await page.getByText("1 of 10000 agents").waitFor();
    await page.getByRole("searchbox").fill("");
    await page.getByRole("button", { name: "Failing" }).click();
    await page.getByText("104 of 10000 agents").waitFor();
    expect(await page.getByRole("searchbox").inputValue()).toBe("is:failing");
    await page.getByRole("button", { name: "Failing" }).click();
    await page.getByRole("button", { name: "Host" }).click();
    await page.locator('[aria-sort="ascending"]').waitFor();
    const first = page.locator(".agents-body .host-link").first();
    expect(await first.textContent()).toBe("db-2");
  });

  test("goes on while a hundred of them change again and again", async () => {
    const { page, server, faults } = await open(10_000);
    await page.locator(".agents-body .agent-row").first().waitFor();
    for (let round = 0; round < 50; round++) server.change(100);
    await page.getByRole("searchbox").fill("web-4997");
    await page.getByText("1 of 10000 agents").waitFor();
    expect(faults).toEqual([]);
  });
});
