import { test, expect, describe } from "vitest";
import { AgentCapability, ServerCapability } from "../../src/opamp-client/wire/messages.ts";
import { interpret } from "../../src/supervisor/core/interpret/server-message.ts";
import { capabilityBits } from "../../src/supervisor/core/report/capability-bits.ts";
import { settingsOf, createAgentFolder, complete } from "../supervisor/settings/fixture-folder.ts";
import { someReport } from "../helpers/opamp/fake-client.ts";
import { offerOf, both, started, sent, changed, groups, inTurn } from "./fake-server.ts";

const everything = someReport().capabilities;
const none = {
  acceptsRemoteConfig: false,
  acceptsRestartCommand: false,
  reportsEffectiveConfig: false,
  reportsHealth: false,
  reportsRemoteConfig: false,
  reportsAvailableComponents: false,
  reportsHeartbeat: false,
};

const gated: readonly (readonly [string, bigint])[] = [
  ["health", AgentCapability.ReportsHealth],
  ["effectiveConfig", AgentCapability.ReportsEffectiveConfig],
  ["remoteConfigStatus", AgentCapability.ReportsRemoteConfig],
  ["packageStatuses", AgentCapability.ReportsPackageStatuses],
  ["availableComponents", AgentCapability.ReportsAvailableComponents],
  ["connectionSettingsStatus", AgentCapability.ReportsConnectionSettingsStatus],
];

/** Everything that a server may put into one message beside a command and an error. */
const all = {
  ...offerOf("1", "a: 1"),
  connectionSettings: {
    hash: Uint8Array.of(1),
    opamp: { destinationEndpoint: "ws://other/v1/opamp" },
    ownMetrics: { destinationEndpoint: "http://other/v1/metrics" },
    otherConnections: new Map([["x", {}]]),
  },
  packagesAvailable: { packages: new Map([["", {}]]), allPackagesHash: Uint8Array.of(2) },
};

test.each([
  ["C-068", "acceptsRemoteConfig", AgentCapability.AcceptsRemoteConfig],
  ["C-069", "reportsEffectiveConfig", AgentCapability.ReportsEffectiveConfig],
  ["C-090", "reportsHeartbeat", AgentCapability.ReportsHeartbeat],
])("%s the setting decides the bit (%s)", (_id, setting, bit) => {
  expect(capabilityBits(none) & bit).toBe(0n);
  expect(capabilityBits({ ...none, [setting]: true }) & bit).toBe(bit);
});

test("C-068 C-069 C-090 the bits are those of the settings", () => {
  const bits = capabilityBits({ ...none, acceptsRemoteConfig: true, reportsEffectiveConfig: true });
  expect(bits).toBe(0x7n);
  expect(capabilityBits({ ...none, reportsHeartbeat: true })).toBe(0x2001n);
  expect(capabilityBits(none)).toBe(AgentCapability.ReportsStatus);
});

test("C-280 nothing that a server could change is on unless somebody turns it on", () => {
  const { capabilities } = settingsOf(createAgentFolder().read(complete()));
  const bits = capabilityBits(capabilities);
  expect(bits & AgentCapability.AcceptsRemoteConfig).toBe(0n);
  expect(bits & AgentCapability.AcceptsRestartCommand).toBe(0n);
  expect(bits & AgentCapability.AcceptsPackages).toBe(0n);
});

test("C-064 C-117 C-131 C-198 parts without their bit are left aside, and the rest is taken", () => {
  expect(interpret(all, AgentCapability.ReportsStatus)).toEqual([]);
  const facts = interpret({ ...all, command: {} }, AgentCapability.AcceptsRemoteConfig);
  expect(facts.map(({ on }) => on)).toEqual(["config-offered"]);
});

test("C-198 who accepts packages reports their statuses too, and nobody else does", () => {
  const both = AgentCapability.AcceptsPackages | AgentCapability.ReportsPackageStatuses;
  expect(capabilityBits({ ...none, acceptsPackages: true }) & both).toBe(both);
  expect(capabilityBits(none) & both).toBe(0n);
});

test("C-131 what is not asked for is not declared", () => {
  const wanted = Object.fromEntries(Object.keys(none).map((key) => [key, true])) as typeof none;
  const bits = capabilityBits(wanted);
  const untaken =
    AgentCapability.AcceptsOpampConnectionSettings |
    AgentCapability.AcceptsOtherConnectionSettings |
    AgentCapability.ReportsOwnMetrics;
  expect(bits & untaken).toBe(0n);
});

describe.each(both)("over %s", (over) => {
  test("C-063 bits that change are told at once", async () => {
    const { server, client, received } = await started(over);
    await received(1);
    const capabilities = AgentCapability.ReportsStatus | AgentCapability.ReportsHealth;
    client.report(someReport({ capabilities }));
    await received(2);
    expect(sent(server)[1]?.capabilities).toBe(capabilities);
  });

  test("C-062 ReportsStatus is set even when nothing is wanted", async () => {
    const { server } = await started(over, {}, {}, someReport({ capabilities: 0n }));
    expect((await server.message(1)).message.capabilities).toBe(1n);
  });

  test("C-065 a server that takes statuses alone gets nothing that needs more", async () => {
    const { server, client, received } = await started(over, {
      reply: () => ({ capabilities: ServerCapability.AcceptsStatus, flags: 1n }),
    });
    await received(2);
    client.report(changed(1));
    await received(3);
    const later = groups(server).slice(1).flat();
    expect(later).toContain("health");
    expect(later).not.toContain("effectiveConfig");
    expect(later).not.toContain("packageStatuses");
    expect(sent(server).every((one) => one.connectionSettingsRequest === undefined)).toBe(true);
  });

  test("C-066 zero takes nothing away that was declared before", async () => {
    const answer = inTurn({ capabilities: 0x7n }, { capabilities: 0n });
    const { server, client, received } = await started(over, { reply: () => answer() ?? {} });
    await received(1);
    client.report(changed(1));
    await received(2);
    const effectiveConfig = {
      configMap: { configMap: new Map([["", { body: Uint8Array.of(7) }]]) },
    };
    client.report({ ...changed(1), effectiveConfig });
    await received(3);
    expect(groups(server)[2]).toEqual(["effectiveConfig"]);
  });

  test("C-066 a server that declares nothing is told everything", async () => {
    const { server, received } = await started(over, { reply: () => ({ flags: 1n }) });
    await received(2);
    expect(groups(server)[1]).toHaveLength(8);
  });

  test.each(Object.entries(ServerCapability))(
    "C-067 a server without %s is spoken to all the same",
    async (_name, bit) => {
      const { server, client, received } = await started(over, {
        reply: () => ({ capabilities: 0x7fn & ~bit }),
      });
      await received(1);
      client.report(changed(1));
      await received(2);
      expect(groups(server)[1]).toEqual(["health"]);
    },
  );

  test.each(gated)("C-070 C-247 without its bit %s is never sent", async (group, bit) => {
    const first = someReport({ capabilities: everything & ~bit });
    const { server, received } = await started(over, { reply: () => ({ flags: 3n }) }, {}, first);
    await received(2);
    expect(groups(server).flat()).not.toContain(group);
    expect(groups(server)[1]).toHaveLength(7);
  });
});
