import { describe, expect, test } from "vitest";
import { AgentCapability, ConfigStatus } from "../../src/opamp-client/wire/messages.ts";
import { greeting } from "../dev-server/console/console-api.ts";
import { bare, connect } from "../dev-server/raw-agent.ts";
import { browserPath, expectClean, openPage } from "../helpers/browser/browser-page.ts";
import { openConsole } from "../helpers/browser/open-console.ts";

describe.skipIf(browserPath === undefined)("another server address", () => {
  test("goes to many from the page, and the rollout says who could not reach it", async () => {
    const server = await openConsole();
    const hello = greeting(1, "web-1");
    const takes =
      AgentCapability.AcceptsOpampConnectionSettings |
      AgentCapability.ReportsConnectionSettingsStatus;
    const agent = await connect(server.opampUrl);
    await agent.ask({ ...hello, capabilities: hello.capabilities | takes });
    const shown = await openPage(`${server.pageUrl}#/send`);
    const { page } = shown;
    await page.getByLabel("Another server address").check();
    await page.getByText("leaves this server only when the new one has answered").waitFor();
    const begin = page.getByRole("button", { name: "Begin the rollout" });
    expect(await begin.isDisabled()).toBe(true);
    await page.getByLabel("Endpoint").fill("wss://other.example.com/v1/opamp");
    await page.getByText("1 agent gets it").waitFor();
    await begin.click();
    const { connectionSettings } = await agent.next();
    await agent.ask({
      ...bare(1, 1n, 0n),
      connectionSettingsStatus: {
        status: ConfigStatus.Failed,
        lastConnectionSettingsHash: connectionSettings?.hash ?? new Uint8Array(),
        errorMessage: "no such host",
      },
    });
    await page.locator(".agent-title .pill", { hasText: "Stopped" }).waitFor();
    expect(await page.locator(".why").textContent()).toContain("no such host");
    await expectClean(shown);
  });
});
