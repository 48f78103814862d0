import { describe, expect, test } from "vitest";
import { AgentCapability } from "../../src/opamp-client/wire/messages.ts";
import { greeting } from "../dev-server/console/console-api.ts";
import { connect } from "../dev-server/raw-agent.ts";
import { browserPath, expectClean, openPage } from "../helpers/browser/browser-page.ts";
import { openConsole } from "../helpers/browser/open-console.ts";

const authorization = "Bearer correct-horse-battery-staple";

describe.skipIf(browserPath === undefined)("an agent without credentials", () => {
  test("S-067 is shown first, says where it comes from, and is approved by a click", async () => {
    const server = await openConsole({ authorization, takesGuests: true });
    const hello = greeting(1, "web-1");
    const takes = AgentCapability.AcceptsOpampConnectionSettings;
    const agent = await connect(server.opampUrl);
    await agent.ask({ ...hello, capabilities: hello.capabilities | takes });
    const shown = await openPage(server.pageUrl);
    const { page } = shown;
    await page.getByText("One agent waits to be approved").waitFor();
    await page.getByRole("button", { name: "Show" }).click();
    await page.locator(".agent-row .pill", { hasText: "Waits for approval" }).waitFor();
    expect(await page.getByRole("searchbox").inputValue()).toBe("is:guest");
    await expectClean(shown);
    await page.getByRole("link", { name: "web-1" }).click();
    await page.getByText("Nobody has vouched for what it says of itself").waitFor();
    expect(await page.locator("section.card").first().textContent()).toContain("127.0.0.1");
    await expectClean(shown);
    await page.getByRole("button", { name: "Approve", exact: true }).click();
    const { connectionSettings } = await agent.next();
    expect(connectionSettings?.opamp?.headers?.headers?.[0]?.value).toBe(authorization);
    await page.getByText("has not come with it yet").waitFor();
    await page.getByRole("button", { name: "Refuse" }).click();
    await page.getByText("What it says is not taken in any more").waitFor();
    expect(await agent.closed).toBe(1008);
    await expectClean(shown);
  });
});
