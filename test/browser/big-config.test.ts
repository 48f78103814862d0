import { describe, expect, test } from "vitest";
import { greeting } from "../dev-server/console/console-api.ts";
import { connect, uidOf } from "../dev-server/raw-agent.ts";
import { uidToText } from "../../src/opamp-client/wire/instance-uid.ts";
import { browserPath, openPage } from "../helpers/browser/browser-page.ts";
import { openConsole } from "../helpers/browser/open-console.ts";

const lines = Array.from({ length: 100_000 }, (_, at) => `  otlp/${at}: {a: 1, b: 2, c: 3}`);
const big = `receivers:\n${lines.join("\n")}\n`;

describe.skipIf(browserPath === undefined)("a configuration of 100,000 lines", () => {
  test("is drawn in part, and more of it when somebody asks", async () => {
    const server = await openConsole();
    const agent = await connect(server.opampUrl);
    await agent.ask(greeting(1, "web-1"));
    const uid = uidToText(uidOf(1));
    server.offerConfig(uid, big);
    const { page, faults } = await openPage(`${server.pageUrl}#/agents/${uid}/configuration`);
    await page.getByText("at most 1048576 are").waitFor();
    await page.getByText("What was sent").click();
    const sent = page.locator("details pre.yaml .line");
    await page.getByRole("button", { name: "Show 1000 more of 100001" }).click();
    await expect.poll(() => sent.count()).toBe(6_000);
    server.offerConfig(uid, "receivers: {}");
    await page.getByRole("button", { name: "Review and send" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("button", { name: /^Show 1000 more of/ }).waitFor();
    expect(await dialog.locator(".diff .line").count()).toBe(1_000);
    expect(faults).toEqual([]);
  });
});
