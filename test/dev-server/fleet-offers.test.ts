import { test, expect } from "vitest";
import type { Fleet, FleetNews } from "../../src/dev-server/fleet/fleet-state.ts";
import {
  offerConfig,
  disconnect,
  restart,
  forgetSilent,
} from "../../src/dev-server/fleet/fleet.ts";
import { uidToText } from "../../src/opamp-client/wire/instance-uid.ts";
import {
  type AgentToServer,
  AgentCapability,
  ConfigStatus,
} from "../../src/opamp-client/wire/messages.ts";
import { bare, fullCapabilities, uidOf } from "./raw-agent.ts";
import {
  hash,
  conversation,
  emptyFleet,
  full,
  http,
  uid1,
  files,
  socketB,
  otherFiles,
} from "./conversation.ts";

test.each<[string, AgentToServer, boolean]>([
  ["silence after the offer went out", bare(1, 2n, fullCapabilities), false],
  [
    "a status with another hash",
    { ...bare(1, 2n, fullCapabilities), remoteConfigStatus: { lastRemoteConfigHash: uidOf(9) } },
    true,
  ],
  [
    "a status with this hash",
    { ...bare(1, 2n, fullCapabilities), remoteConfigStatus: { lastRemoteConfigHash: hash } },
    false,
  ],
  ["a gap, so something may be lost", bare(1, 5n, fullCapabilities), true],
  ["S-022 no capability for it", { ...bare(1, 5n), remoteConfigStatus: {} }, false],
])("S-031 S-033 an offer is repeated only to who does not have it: %s", (_, message, offered) => {
  const { say, change, fleet } = conversation();
  say(full(1, 0n), http);
  change(offerConfig(fleet(), uid1, files, 1000).news);
  expect(say(bare(1, 1n, fullCapabilities), http).remoteConfig?.configHash).toEqual(hash);
  expect(say(message, http).remoteConfig !== undefined).toBe(offered);
});

test("an offer is pushed over WebSocket and comes again on a new connection until it is known", () => {
  const { say, change, fleet } = conversation();
  say(full(1, 0n));
  const asking = offerConfig(fleet(), uid1, files, 1000);
  change(asking.news);
  expect(asking.delivery).toEqual({ is: "pushed" });
  expect(asking.push?.connectionId).toBe("ws-1");
  expect(asking.push?.message).toMatchObject({
    instanceUid: uidOf(1),
    remoteConfig: { config: { configMap: files }, configHash: hash },
  });
  expect(say(bare(1, 1n, fullCapabilities)).remoteConfig).toBeUndefined();
  change(disconnect(fleet(), "ws-1", "gone", 1000));
  expect(say(bare(1, 2n, fullCapabilities), socketB).remoteConfig?.configHash).toEqual(hash);
});

test("S-020 an agent that gives up remote configuration is left alone and gets the offer when it is back", () => {
  const { say, change, fleet } = conversation();
  say(full(1, 0n));
  const without = fullCapabilities & ~AgentCapability.AcceptsRemoteConfig;
  say(bare(1, 1n, without));
  const asking = offerConfig(fleet(), uid1, files, 1000);
  change(asking.news);
  expect(asking.push).toBeUndefined();
  expect(asking.delivery.is).toBe("waiting");
  expect(say(bare(1, 2n, without)).remoteConfig).toBeUndefined();
  expect(say(bare(1, 3n, fullCapabilities)).remoteConfig?.configHash).toEqual(hash);
});

test.each([
  ["applying", ConfigStatus.Applying, "unchanged"],
  ["applied", ConfigStatus.Applied, "unchanged"],
  ["failed, and somebody wants another try", ConfigStatus.Failed, "pushed"],
])("the same configuration saved again while the agent says %s", (_, status, expected) => {
  const { say, change, fleet } = conversation();
  say(full(1, 0n));
  change(offerConfig(fleet(), uid1, files, 1000).news);
  say({
    ...bare(1, 1n, fullCapabilities),
    remoteConfigStatus: { lastRemoteConfigHash: hash, status },
  });
  expect(offerConfig(fleet(), uid1, files, 1000).delivery.is).toBe(expected);
  expect(offerConfig(fleet(), uid1, otherFiles, 1000).delivery.is).toBe("pushed");
});

test("S-063 of many configurations saved while the agent is away only the last is sent", () => {
  const { say, change, fleet } = conversation();
  say(full(1, 0n));
  change(disconnect(fleet(), "ws-1", "gone", 1000));
  const first = offerConfig(fleet(), uid1, otherFiles, 1000);
  expect(first.delivery.is).toBe("waiting");
  expect(first.push).toBeUndefined();
  change(first.news);
  change(offerConfig(fleet(), uid1, files, 1000).news);
  expect(say(bare(1, 1n, fullCapabilities), socketB).remoteConfig?.configHash).toEqual(hash);
});

test("S-054 a restart is pushed with only uid and capabilities beside it", () => {
  const { say, fleet } = conversation();
  say(full(1, 0n));
  const asking = restart(fleet(), uid1, 1000);
  expect(asking.delivery).toEqual({ is: "pushed" });
  expect(asking.push?.message).toEqual({
    instanceUid: uidOf(1),
    capabilities: 0x7fn,
    command: { type: 0 },
  });
});

test("a restart over plain HTTP waits for an answer that has nothing else to say, and comes once", () => {
  const { say, change, fleet } = conversation();
  say(full(1, 0n), http);
  change(offerConfig(fleet(), uid1, files, 1000).news);
  const asking = restart(fleet(), uid1, 1000);
  expect(asking.delivery.is).toBe("waiting");
  change(asking.news);
  const replies = [1n, 2n, 3n].map((number) => say(bare(1, number, fullCapabilities), http));
  expect(replies.map((reply) => Object.keys(reply).sort())).toEqual([
    ["instanceUid", "remoteConfig"],
    ["capabilities", "command", "instanceUid"],
    ["instanceUid"],
  ]);
});

test("a waiting restart comes alone, and not to an agent that went away meanwhile", () => {
  const { say, change, fleet } = conversation();
  say(full(1, 0n), http);
  change(restart(fleet(), uid1, 1000).news);
  const afterGap = say(bare(1, 5n, fullCapabilities), http);
  expect(afterGap).toEqual({ instanceUid: uidOf(1), flags: 1n });
  change(forgetSilent(fleet(), 2000, 3000));
  expect(say(bare(1, 6n, fullCapabilities), http).command).toBeUndefined();
});

test.each<[string, (fleet: Fleet) => FleetNews, string]>([
  ["an unknown agent", () => ({ forgotten: [uid1] }), uid1],
  ["a disconnected agent", (fleet) => disconnect(fleet, "ws-1", "gone", 1000), uid1],
  ["an agent without the capability", () => ({}), uidToText(uidOf(2))],
])("a restart of %s is refused", (_, prepare, uid) => {
  const { say, change, fleet } = conversation();
  say(full(1, 0n));
  say(full(2, 0n, 1n));
  change(prepare(fleet()));
  expect(restart(fleet(), uid, 1000)).toMatchObject({ delivery: { is: "refused" } });
});

test("an offer to an unknown agent is refused", () => {
  expect(offerConfig(emptyFleet(), uid1, files, 1000).delivery.is).toBe("refused");
});
