import { describe, test, expect, onTestFinished } from "vitest";
import { browserPath, expectClean, openPage } from "../helpers/browser/browser-page.ts";
import { uidOf } from "../helpers/browser/made-up-agents.ts";
import { startMadeUpConsole } from "../helpers/browser/made-up-console.ts";

const failing = uidOf(3);
const views = [
  ["#/", "edge-4"],
  [`#/agents/${failing}`, "address already in use"],
  [`#/agents/${failing}/configuration`, "Send a configuration"],
  [`#/agents/${failing}/timeline`, "Restart ordered"],
  [`#/agents/${failing}/logs`, "<script>alert(1)</script>"],
  [`#/agents/${failing}/packages`, "62 %"],
  [`#/agents/${failing}/connections`, "days left"],
  [`#/agents/${failing}/about`, "memory_limiter"],
  ["#/send", "agents get it"],
  ["#/rollouts", "1 agent has failed"],
  ["#/rollouts/1", "Not yet"],
  ["#/configurations", "web-hosts"],
  ["#/configurations/web-hosts", "scrape more often"],
  ["#/groups", "Web servers"],
  ["#/pictures", "Versions"],
  ["#/nonsense", "nothing at this address"],
] as const;

const screens = [
  ["a usual screen", true, { viewport: { width: 1280, height: 860 } }],
  ["a dark one", true, { viewport: { width: 1280, height: 860 }, colorScheme: "dark" }],
  ["a narrow one", true, { viewport: { width: 400, height: 800 } }],
  ["a huge one", false, { viewport: { width: 3840, height: 2160 } }],
] as const;

describe.skipIf(browserPath === undefined)("every view", () => {
  test.each(screens)(
    "is clean on %s, and nothing lies outside it",
    async (_, isLookedAt, options) => {
      const server = await startMadeUpConsole(40);
      onTestFinished(() => server.close());
      const shown = await openPage(server.url, options);
      const { page } = shown;
      for (const [hash, text] of views) {
        await page.goto(`${server.url}/${hash}`);
        await page.getByText(text).first().waitFor();
        // The editor comes by itself, and what it is checked for a moment later.
        if (/configuration$|web-hosts$/.test(hash)) await page.locator(".problems").waitFor();
        if (isLookedAt) await expectClean(shown);
        const isWider = await page.evaluate(
          "document.documentElement.scrollWidth > document.documentElement.clientWidth",
        );
        expect(isWider, hash).toBe(false);
      }
      expect(shown.faults).toEqual([]);
    },
  );

  test("says each error once", async () => {
    const server = await startMadeUpConsole(40);
    onTestFinished(() => server.close());
    const { page } = await openPage(`${server.url}/#/agents/${failing}`);
    await page.getByText("Latest configuration").waitFor();
    expect(await page.getByText("address already in use").count()).toBe(1);
    expect(await page.getByText("Up: false").count()).toBe(1);
  });
});
