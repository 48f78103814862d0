import { test, expect } from "vitest";
import {
  type ConnectionSettings,
  hashOfSettings,
} from "../../../src/dev-server/connections/connection-settings.ts";
import { disconnect } from "../../../src/dev-server/fleet/fleet.ts";
import {
  offerConnections,
  revokeCertificate,
} from "../../../src/dev-server/fleet/fleet-connections.ts";
import {
  AgentCapability,
  type AgentToServer,
  ConfigStatus,
} from "../../../src/opamp-client/wire/messages.ts";
import { conversation, emptyFleet, full, uid1, http, socketB, socketA } from "../conversation.ts";
import { fullCapabilities, bare, uidOf } from "../raw-agent.ts";

const opampBit = AgentCapability.AcceptsOpampConnectionSettings;
const capabilities = fullCapabilities | opampBit | AgentCapability.ReportsConnectionSettingsStatus;
const endpoint = "wss://opamp.example.com/v1/opamp";
const moved: ConnectionSettings = { opamp: { destinationEndpoint: endpoint } };
const hash = hashOfSettings(moved);
const metrics: ConnectionSettings = { ownMetrics: { destinationEndpoint: "https://metrics" } };

const says = (
  sequenceNum: bigint,
  status: number,
  lastConnectionSettingsHash: Uint8Array = hash,
): AgentToServer => ({
  ...bare(1, sequenceNum, capabilities),
  connectionSettingsStatus: { lastConnectionSettingsHash, status },
});

/** An agent on a WebSocket that is offered another server. */
function offered(settings = moved): ReturnType<typeof conversation> {
  const talk = conversation();
  talk.say(full(1, 0n, capabilities));
  talk.change(offerConnections(talk.fleet(), uid1, settings, 1000).news);
  return talk;
}

test("settings are pushed over WebSocket, with the hash of all that is in them", () => {
  const { say, fleet } = conversation();
  say(full(1, 0n, capabilities));
  const { delivery, push } = offerConnections(fleet(), uid1, moved, 1000);
  expect(delivery).toEqual({ is: "pushed" });
  expect(push).toEqual({
    connectionId: "ws-1",
    message: {
      instanceUid: uidOf(1),
      capabilities: 0x7fn,
      connectionSettings: { ...moved, hash },
    },
  });
});

test.each<[string, AgentToServer, boolean]>([
  ["silence after the offer went out", bare(1, 2n, capabilities), false],
  ["a status with another hash", says(2n, ConfigStatus.Applied, uidOf(9)), true],
  ["a status with this hash", says(2n, ConfigStatus.Applying), false],
  ["a failure with this hash", says(2n, ConfigStatus.Failed), false],
  ["a gap, so something may be lost", bare(1, 5n, capabilities), true],
  ["S-035 the bit of the kind is gone", bare(1, 5n, fullCapabilities), false],
])("S-034 S-040 settings are repeated only to who does not have them: %s", (_, message, again) => {
  const { say, change, fleet } = conversation();
  say(full(1, 0n, capabilities), http);
  const asking = offerConnections(fleet(), uid1, moved, 1000);
  expect(asking.delivery.is).toBe("waiting");
  change(asking.news);
  expect(say(bare(1, 1n, capabilities), http).connectionSettings).toEqual({ ...moved, hash });
  expect(say(message, http).connectionSettings !== undefined).toBe(again);
});

test("S-034 they come again on another connection until the agent reports their hash", () => {
  const { say, change, fleet } = offered();
  change(disconnect(fleet(), "ws-1", "gone", 1000));
  expect(say(bare(1, 1n, capabilities), socketB).connectionSettings?.hash).toEqual(hash);
  change(disconnect(fleet(), "ws-2", "gone", 1000));
  const reported = says(2n, ConfigStatus.Applied);
  expect(say(reported, socketA).connectionSettings).toBeUndefined();
});

test.each<[string, bigint, readonly string[]]>([
  ["server", opampBit, ["hash", "opamp"]],
  ["own metrics", AgentCapability.ReportsOwnMetrics, ["hash", "ownMetrics"]],
  ["own logs", AgentCapability.ReportsOwnLogs, ["hash", "ownLogs"]],
  ["own traces", AgentCapability.ReportsOwnTraces, ["hash", "ownTraces"]],
  ["others", AgentCapability.AcceptsOtherConnectionSettings, ["hash", "otherConnections"]],
])("S-035 an agent that takes only the kind %s is offered only that", (_, bit, keys) => {
  const settings: ConnectionSettings = {
    ...moved,
    ...metrics,
    ownLogs: {},
    ownTraces: {},
    otherConnections: new Map([["backend", { destinationEndpoint: "https://backend" }]]),
  };
  const { say, fleet } = conversation();
  say(full(1, 0n, fullCapabilities | bit));
  const { push } = offerConnections(fleet(), uid1, settings, 1000);
  expect(Object.keys(push?.message.connectionSettings ?? {}).sort()).toEqual(keys);
});

test("S-035 an agent that takes no kind of it waits, and is offered nothing", () => {
  const { say, change, fleet } = conversation();
  say(full(1, 0n));
  const asking = offerConnections(fleet(), uid1, moved, 1000);
  expect(asking).toMatchObject({ delivery: { is: "waiting" } });
  expect(asking.push).toBeUndefined();
  change(asking.news);
  expect(say(bare(1, 5n, fullCapabilities)).connectionSettings).toBeUndefined();
  expect(say(bare(1, 6n, capabilities), socketA).connectionSettings?.hash).toEqual(hash);
});

test("a kind that the agent does not take waits, whatever it has of others", () => {
  const { say, fleet } = offered();
  say(says(1n, ConfigStatus.Applied));
  expect(offerConnections(fleet(), uid1, metrics, 1000).delivery).toMatchObject({ is: "waiting" });
});

test("a kind that is not mentioned stays wanted, and one that is takes the place of the former", () => {
  const { say, change, fleet } = offered();
  change(offerConnections(fleet(), uid1, metrics, 1000).news);
  change(offerConnections(fleet(), uid1, { opamp: { heartbeatIntervalSeconds: 5n } }, 1000).news);
  change(disconnect(fleet(), "ws-1", "gone", 1000));
  const all = capabilities | AgentCapability.ReportsOwnMetrics;
  expect(say(bare(1, 1n, all), socketB).connectionSettings).toMatchObject({
    ownMetrics: metrics.ownMetrics,
    opamp: { heartbeatIntervalSeconds: 5n },
  });
});

test.each([
  ["applying", ConfigStatus.Applying, "unchanged"],
  ["applied", ConfigStatus.Applied, "unchanged"],
  ["failed, and somebody wants another try", ConfigStatus.Failed, "pushed"],
])("the same settings saved again while the agent says %s", (_, status, expected) => {
  const { say, fleet } = offered();
  say(says(1n, status));
  expect(offerConnections(fleet(), uid1, moved, 1000).delivery.is).toBe(expected);
});

test("nothing is offered to an unknown agent, and nothing that must not be", () => {
  expect(offerConnections(emptyFleet(), uid1, moved, 1000).delivery.is).toBe("refused");
  const { say, fleet } = conversation();
  say(full(1, 0n, capabilities));
  const asking = offerConnections(fleet(), uid1, { opamp: { proxy: { url: "" } } }, 1000);
  expect(asking.delivery).toMatchObject({ is: "refused" });
});

const shown = { subject: "CN=a", fingerprint: "AA:BB", expiresAt: 9000, issuedHere: true };

test("a revoked certificate is on the list, is offered no more, and its connection ends", () => {
  const { say, change, fleet } = conversation();
  const certificate = { cert: Buffer.from("x"), privateKey: Buffer.from("y") };
  say(full(1, 0n, capabilities), { ...socketA, certificate: shown });
  change(offerConnections(fleet(), uid1, { opamp: { certificate } }, 1000).news);
  const asking = revokeCertificate(fleet(), uid1, 1000);
  expect(asking.expels?.connectionId).toBe("ws-1");
  change(asking.news);
  expect([...fleet().revoked]).toEqual(["AA:BB"]);
  expect(fleet().agents.get(uid1)?.settingsOffer).toBeUndefined();
  expect(revokeCertificate(fleet(), uid1, 1000).delivery.is).toBe("unchanged");
});

test("who has shown no certificate has none that could be revoked", () => {
  const { say, fleet } = conversation();
  say(full(1, 0n));
  expect(revokeCertificate(fleet(), uid1, 1000).delivery.is).toBe("refused");
  expect(revokeCertificate(emptyFleet(), uid1, 1000).delivery.is).toBe("refused");
});
