import { describe, expect, test } from "vitest";
import { browserPath, expectClean, openPage, type Shown } from "../helpers/browser/browser-page.ts";
import { openConsole } from "../helpers/browser/open-console.ts";
import type { DevServer } from "../../src/dev-server/server.ts";

const views = ["#/", "#/rollouts", "#/send", "#/configurations", "#/groups", "#/pictures"];

async function set(server: DevServer, wish: object): Promise<void> {
  const response = await fetch(new URL("/api/overload", server.pageUrl), {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(wish),
  });
  expect(response.status).toBe(200);
}

function banner({ page }: Shown): ReturnType<Shown["page"]["locator"]> {
  return page.locator('[role="status"]', { hasText: "Agents are being sent away" });
}

describe.skipIf(browserPath === undefined)("agents that are sent away", () => {
  test("every open page says so, on each view and after a reload, until it is switched off", async () => {
    const server = await openConsole();
    const first = await openPage(server.pageUrl);
    const second = await openPage(`${server.pageUrl}#/groups`, { colorScheme: "dark" });
    for (const { page } of [first, second]) await page.getByText("Live", { exact: true }).waitFor();
    expect(await banner(first).count()).toBe(0);
    await set(server, { on: true, retryAfterSeconds: 10, forSeconds: 3_600 });
    await banner(second).waitFor();
    const text = await banner(first).textContent();
    expect(text).toContain("come back after 10 s");
    expect(text).toMatch(/since \d{4}-\d\d-\d\d [\d:]{8}, until \d{4}-\d\d-\d\d [\d:]{8}\./);
    for (const view of views) {
      await first.page.goto(`${server.pageUrl}${view}`);
      await banner(first).waitFor();
    }
    await first.page.reload();
    await banner(first).waitFor();
    for (const shown of [first, second]) await expectClean(shown);
    await first.page.getByRole("button", { name: "Take agents again" }).click();
    for (const shown of [first, second]) await banner(shown).waitFor({ state: "detached" });
    const response = await fetch(new URL("/api/overload", server.pageUrl));
    expect(await response.json()).toEqual({ on: false });
  });

  test.each(["light", "dark"] as const)("it fits 400 pixels, %s", async (colorScheme) => {
    const server = await openConsole();
    await set(server, { on: true });
    const shown = await openPage(server.pageUrl, {
      viewport: { width: 400, height: 800 },
      colorScheme,
    });
    await banner(shown).waitFor();
    expect(await banner(shown).textContent()).toContain("until somebody switches it off");
    const wide = await shown.page.evaluate<number>("document.documentElement.scrollWidth");
    expect(wide).toBe(400);
    const button = await shown.page
      .getByRole("button", { name: "Take agents again" })
      .boundingBox();
    expect((button?.x ?? 400) + (button?.width ?? 0)).toBeLessThanOrEqual(400);
    await expectClean(shown);
  });

  test("a time that was named ends it on the page by itself", async () => {
    const server = await openConsole();
    const shown = await openPage(server.pageUrl);
    await shown.page.getByText("Live", { exact: true }).waitFor();
    await set(server, { on: true });
    await banner(shown).waitFor();
    await set(server, { on: true, forSeconds: 1 });
    await banner(shown).waitFor({ state: "detached" });
    await expectClean(shown);
  });
});
