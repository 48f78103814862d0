import type { Page } from "playwright-core";
import { describe, test, expect, onTestFinished } from "vitest";
import { browserPath, openPage } from "../helpers/browser/browser-page.ts";
import { startMadeUpConsole } from "../helpers/browser/made-up-console.ts";

/** Presses Tab until something with this name has the focus; what cannot be reached ends the test. */
async function tabTo(page: Page, name: string | RegExp): Promise<void> {
  const passed: string[] = [];
  for (let presses = 0; presses < 80; presses++) {
    await page.keyboard.press("Tab");
    const at = await page.evaluate<string>(`(() => {
      let one = document.activeElement;
      while (one?.shadowRoot?.activeElement) one = one.shadowRoot.activeElement;
      return one?.getAttribute("aria-label") ?? one?.textContent ?? "";
    })()`);
    passed.push(at);
    if (typeof name === "string" ? at.trim() === name : name.test(at)) return;
  }
  throw new Error(`expected to reach ${String(name)} by Tab, passed ${passed.join(", ")}`);
}

describe.skipIf(browserPath === undefined)("somebody without a mouse", () => {
  test("goes from the table to an agent, writes a configuration, and looks at it before sending", async () => {
    const server = await startMadeUpConsole(12);
    onTestFinished(() => server.close());
    const { page } = await openPage(server.url);
    await page.locator(".agents-body .agent-row").first().waitFor();
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    expect(await page.evaluate("document.activeElement.id")).toBe("content");
    await tabTo(page, "edge-4");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "edge-4" }).waitFor();
    await tabTo(page, "Configuration");
    await page.keyboard.press("Enter");
    await page.locator(".cm-content").waitFor();
    await tabTo(page, "Configuration");
    await page.keyboard.press("Control+End");
    await page.keyboard.type("extensions:\n  health");
    await page.getByText("health_check:").waitFor();
    await page.keyboard.press("Escape");
    // Tab leaves the editor, as it leaves every field.
    await tabTo(page, "Review and send");
    await page.keyboard.press("Enter");
    const dialog = page.getByRole("dialog", { name: "What changes" });
    await dialog.getByText("extensions:").waitFor();
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    expect(await page.evaluate("document.activeElement.textContent")).toBe("Review and send");
  });

  test("ticks agents and comes to what can be done with them", async () => {
    const server = await startMadeUpConsole(12);
    onTestFinished(() => server.close());
    const { page } = await openPage(server.url);
    await page.locator(".agents-body .agent-row").first().waitFor();
    await tabTo(page, "Select edge-4");
    await page.keyboard.press("Space");
    await page.getByText("1 agent selected").waitFor();
    await tabTo(page, "Send to them");
    await page.keyboard.press("Enter");
    await page.getByText("The selection (1)").waitFor();
    expect(await page.getByRole("radio", { name: "The selection (1)" }).isChecked()).toBe(true);
  });
});
