import { describe, expect, test } from "vitest";
import { full } from "../dev-server/conversation.ts";
import { poll, uidOf } from "../dev-server/raw-agent.ts";
import { browserPath, expectClean, openPage } from "../helpers/browser/browser-page.ts";
import { openConsole } from "../helpers/browser/open-console.ts";
import { uidToText } from "../../src/opamp-client/wire/instance-uid.ts";

describe.skipIf(browserPath === undefined)("an agent that says too much", () => {
  test("has a page that says so, and not that it has said nothing", async () => {
    const server = await openConsole({ maxHeldBytes: 100_000 });
    const file = { body: new Uint8Array(3_000_000).fill(97), contentType: "text/yaml" };
    const configMap = { configMap: new Map([["", file]]) };
    await poll(server, { ...full(1, 0n), effectiveConfig: { configMap } });
    const shown = await openPage(`${server.pageUrl}#/agents/${uidToText(uidOf(1))}`);
    const { page } = shown;
    const said = page.locator('[role="status"]', { hasText: "Too much to keep: 2.9 MiB with" });
    await said.waitFor();
    await page.getByText("Its health was too much to keep.").waitFor();
    await page.getByRole("link", { name: "Configuration", exact: true }).click();
    await page.getByText("What it runs was too much to keep.").waitFor();
    expect(await page.getByText("has not reported what it runs").count()).toBe(0);
    await expectClean(shown);
  });
});
