import { describe, expect, test } from "vitest";
import { greeting } from "../dev-server/console/console-api.ts";
import { connect } from "../dev-server/raw-agent.ts";
import { browserPath, openPage } from "../helpers/browser/browser-page.ts";
import { openConsole } from "../helpers/browser/open-console.ts";

describe.skipIf(browserPath === undefined)("a browser whose clock is an hour off", () => {
  test.each([3_600_000, -3_600_000])(
    "says when things were by the server's (%d ms)",
    async (off) => {
      const server = await openConsole();
      const agent = await connect(server.opampUrl);
      await agent.ask(greeting(1, "web-1"));
      const { page, faults } = await openPage("about:blank");
      await page.clock.install({ time: Date.now() + off });
      await page.goto(server.pageUrl);
      const seen = page.locator(".agents-body .lastSeenAt");
      // An agent that has just come was seen some seconds ago, on however slow a machine.
      await expect.poll(() => seen.textContent()).toMatch(/just now|[\d.]+ s ago/);
      // Not in the first moment only.
      await page.clock.runFor(30_000);
      expect(await seen.textContent()).toMatch(/ s ago|1 min ago/);
      expect(faults).toEqual([]);
    },
  );
});
