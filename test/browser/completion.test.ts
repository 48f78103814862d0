import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import type { DevServer } from "../../src/dev-server/server.ts";
import { greeting } from "../dev-server/console/console-api.ts";
import { connect } from "../dev-server/raw-agent.ts";
import { browserPath, openPage, write } from "../helpers/browser/browser-page.ts";
import { openConsole } from "../helpers/browser/open-console.ts";

async function joinWith(
  server: DevServer,
  byte: number,
  receivers: readonly string[],
): Promise<void> {
  const agent = await connect(server.opampUrl);
  const hello = greeting(byte, `web-${byte}`);
  const types = new Map(receivers.map((type) => [type, {}]));
  await agent.ask({
    ...hello,
    capabilities: hello.capabilities | 0x4000n,
    availableComponents: {
      components: new Map([["receivers", { subComponentMap: types }]]),
      hash: new Uint8Array([byte]),
    },
  });
}

/** Asks for completions at the end of what is written until this is one of them, as far as it is known by then. */
async function completed(page: Page, text: string): Promise<void> {
  const found = page.locator(".cm-tooltip-autocomplete li", { hasText: text });
  for (;;) {
    await page.keyboard.press("Control+Space");
    const isThere = await found.waitFor({ timeout: 1_000 }).then(
      () => true,
      () => false,
    );
    if (isThere) return;
    await page.keyboard.press("Escape");
  }
}

describe.skipIf(browserPath === undefined)("what is sent to many", () => {
  test("is completed from what they are made of, with how many of them have it", async () => {
    const server = await openConsole();
    await joinWith(server, 1, ["otlp", "otelarrow"]);
    await joinWith(server, 2, ["otlp"]);
    const shown = await openPage(`${server.pageUrl}#/send`);
    const { page } = shown;
    await page.getByText("2 agents get it").waitFor();
    await write(page, "receivers:\n  ot");
    await completed(page, "otelarrow:1 of 2 has it");
    await completed(page, "otlp:all 2 have it");
    await page.getByLabel("What a query finds").check();
    await page.getByLabel("Query", { exact: true }).fill("host=web-1");
    await page.getByText("1 agent gets it").waitFor();
    await write(page, "receivers:\n  ote");
    await completed(page, "otelarrow:the agent has it");
    expect(shown.faults).toEqual([]);
  });
});
