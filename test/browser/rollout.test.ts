import type { Page } from "playwright-core";
import { describe, test, expect } from "vitest";
import { browserPath, expectClean, openPage, write } from "../helpers/browser/browser-page.ts";
import { openConsole, simulate } from "../helpers/browser/open-console.ts";

const config = `receivers:
  nop:
exporters:
  nop:
service:
  pipelines:
    logs: {receivers: [nop], exporters: [nop]}
`;

async function beginRollout(page: Page): Promise<void> {
  await page.getByRole("link", { name: "Send a configuration" }).click();
  await write(page, config);
  await page.getByText("20 agents get it").waitFor();
  await page.getByLabel("All of a stage must have been well for, seconds").fill("0");
  await page.getByRole("button", { name: "Begin the rollout" }).click();
}

describe.skipIf(browserPath === undefined)("a staged rollout", () => {
  test("goes through its stages to the end, and everybody is in sync", async () => {
    const server = await openConsole();
    await simulate(server, 20);
    const shown = await openPage(server.pageUrl);
    const { page } = shown;
    await beginRollout(page);
    await page.getByText("20 of 20 applied").waitFor();
    await page.locator(".agent-title .pill", { hasText: "Done" }).waitFor();
    await page.getByRole("link", { name: "Agents", exact: true }).click();
    await page.getByRole("searchbox").fill("config:in-sync");
    await page.getByText("20 of 20 agents").waitFor();
    await expectClean(shown);
  });

  test("stops by itself when agents fail, says why, and leaves the others alone", async () => {
    const server = await openConsole();
    await simulate(server, 20, 1);
    const shown = await openPage(server.pageUrl);
    const { page } = shown;
    await beginRollout(page);
    await page.locator(".agent-title .pill", { hasText: "Stopped" }).waitFor();
    await page.getByRole("button", { name: "Resume" }).waitFor();
    expect(await page.locator(".why").textContent()).toMatch(/fail/);
    expect(await page.locator(".rollout-agents .pill", { hasText: "Not yet" }).count()).toBe(18);
    expect(server.agents().filter(({ offer }) => offer !== undefined)).toHaveLength(2);
    await expectClean(shown);
  });
});

describe.skipIf(browserPath === undefined)("a named configuration", () => {
  test("is written, given to a group, and a new agent of that group gets it", async () => {
    const server = await openConsole();
    const shown = await openPage(`${server.pageUrl}#/configurations`);
    const { page } = shown;
    await page.getByLabel("Name of a new configuration").fill("web-hosts");
    await page.getByRole("button", { name: "New configuration" }).click();
    await write(page, config);
    await page.getByRole("button", { name: "Save as version 1" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Save" }).click();
    await page.getByRole("heading", { name: "Version 1" }).waitFor();

    await page.getByRole("link", { name: "Groups" }).click();
    await page.getByRole("button", { name: "New group" }).click();
    await page.getByLabel("Name").fill("Web");
    await page.getByLabel("Agents that this query finds").fill("host=web-*");
    await page.getByLabel("What a new agent of this group gets").selectOption("web-hosts");
    await page.getByRole("button", { name: "Save group" }).click();
    await page.getByRole("link", { name: "web-hosts" }).waitFor();
    await simulate(server, 3);
    await page.getByText("3 agents").waitFor();
    await page.getByRole("link", { name: "Web", exact: true }).click();
    await page.getByText("web-hosts v1").nth(2).waitFor();
  });
});
