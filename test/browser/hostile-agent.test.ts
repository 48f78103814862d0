import { describe, expect, test } from "vitest";
import type { ComponentHealth } from "../../src/opamp-client/wire/messages.ts";
import { encodeAgentToServer } from "../../src/opamp-client/wire/codec.ts";
import { uidToText } from "../../src/opamp-client/wire/instance-uid.ts";
import { agentTabs } from "../../src/dev-server/page/words/page-route.ts";
import { connect, fullCapabilities, uidOf } from "../dev-server/raw-agent.ts";
import { addFrameHeader } from "../../src/opamp-client/wire/ws-frame.ts";
import { browserPath, openPage } from "../helpers/browser/browser-page.ts";
import { openConsole } from "../helpers/browser/open-console.ts";

const evil =
  '"><img src=x onerror="document.title=1"><script>document.title=2</script>\u0000\u202e\u001b[31m\n' +
  "{{7*7}} javascript:alert(1) \ud800";

const everywhere = { stringValue: evil };

function evilHealth(depth: number): ComponentHealth {
  const inner = depth === 0 ? [] : [[evil, evilHealth(depth - 1)] as const];
  return {
    healthy: false,
    status: evil,
    lastError: evil,
    startTimeUnixNano: 2n ** 63n,
    statusTimeUnixNano: 2n ** 64n - 1n,
    componentHealthMap: new Map(inner),
  };
}

const utf8 = new TextEncoder();
const everything = {
  instanceUid: uidOf(7),
  sequenceNum: 0n,
  capabilities: 2n ** 64n - 1n,
  agentDescription: {
    identifyingAttributes: [
      { key: "service.name", value: everywhere },
      { key: "service.version", value: everywhere },
    ],
    nonIdentifyingAttributes: [
      { key: "host.name", value: everywhere },
      { key: evil, value: everywhere },
      { key: "__proto__", value: { arrayValue: { values: [everywhere] } } },
      { key: "k", value: { kvlistValue: { values: [{ key: evil, value: everywhere }] } } },
    ],
  },
  health: evilHealth(30),
  effectiveConfig: {
    configMap: { configMap: new Map([[evil, { body: utf8.encode(evil), contentType: evil }]]) },
  },
  remoteConfigStatus: {
    lastRemoteConfigHash: utf8.encode(evil),
    status: 3,
    errorMessage: evil,
  },
  packageStatuses: {
    packages: new Map([
      [evil, { name: evil, agentHasVersion: evil, errorMessage: evil, status: 99 }],
    ]),
    errorMessage: evil,
  },
  customCapabilities: { capabilities: [evil] },
  customMessage: { capability: evil, type: evil, data: utf8.encode(evil) },
  availableComponents: {
    hash: utf8.encode(evil),
    components: new Map([
      [evil, { metadata: [{ key: evil, value: everywhere }], subComponentMap: new Map() }],
    ]),
  },
  connectionSettingsStatus: {
    lastConnectionSettingsHash: utf8.encode(evil),
    status: 3,
    errorMessage: evil,
  },
};

describe.skipIf(browserPath === undefined)(
  "an agent that sends markup in each of its fields",
  () => {
    test("is shown as what it has written, on each of its pages, and nothing of it is run", async () => {
      const server = await openConsole();
      const agent = await connect(server.opampUrl);
      await agent.askRaw(addFrameHeader(encodeAgentToServer(everything)));
      const shown = await openPage(server.pageUrl);
      const { page, faults } = shown;
      await page.locator(".agents-body .agent-row").first().waitFor();
      for (const tab of agentTabs) {
        await page.goto(`${server.pageUrl}#/agents/${uidToText(uidOf(7))}/${tab}`);
        await page.getByRole("heading", { level: 1 }).getByText("onerror").waitFor();
      }
      for (const place of ["rollouts", "configurations", "groups", "pictures", "send"]) {
        await page.goto(`${server.pageUrl}#/${place}`);
        await page.getByRole("heading", { level: 1 }).first().waitFor();
      }
      expect(await page.locator("img[src=x]").count()).toBe(0);
      expect(await page.title()).not.toMatch(/^[12]$/);
      expect(faults).toEqual([]);
    });

    test("with ten thousand attributes and components is shown by its first ones, and by more for whoever asks", async () => {
      const server = await openConsole();
      const many = Array.from({ length: 10_000 }, (_, index) => ({
        key: `key-${index}`,
        value: { stringValue: `value ${index}` },
      }));
      const agent = await connect(server.opampUrl);
      await agent.ask({
        instanceUid: uidOf(8),
        sequenceNum: 0n,
        capabilities: fullCapabilities,
        agentDescription: { identifyingAttributes: [], nonIdentifyingAttributes: many },
        health: {
          healthy: true,
          componentHealthMap: new Map(many.map(({ key }) => [key, { healthy: false }])),
        },
      });
      const { page, faults } = await openPage(server.pageUrl);
      await page.locator(".agents-body .agent-row").first().click();
      const more = { name: "Show 1000 more of 10000" };
      await page.locator(".health-tree").getByRole("button", more).waitFor();
      expect(await page.locator(".health-tree .node").count()).toBe(201);
      await page.goto(`${server.pageUrl}#/agents/${uidToText(uidOf(8))}/about`);
      const attributes = page.locator("section", { hasText: "Other attributes" }).locator("dt");
      await page.getByText("value 9", { exact: true }).waitFor();
      expect(await attributes.count()).toBe(201);
      await page.getByRole("button", more).click();
      await page.getByText("value 1199", { exact: true }).waitFor();
      expect(faults).toEqual([]);
    });
  },
);
