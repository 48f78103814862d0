import { test, expect } from "vitest";
import { offerConfig, disconnect, forgetSilent } from "../../../src/dev-server/fleet/fleet.ts";
import { uidToText } from "../../../src/opamp-client/wire/instance-uid.ts";
import {
  type AgentToServer,
  AgentCapability,
  ConfigStatus,
} from "../../../src/opamp-client/wire/messages.ts";
import { bare, uidOf, fullCapabilities } from "../raw-agent.ts";
import { conversation, full, http, uid1, files, socketB, socketA, hash } from "../conversation.ts";

test("S-015 S-017 S-019 each message gets one answer with the uid that it came with", () => {
  const { say } = conversation();
  for (const [byte, number] of [
    [1, 0n],
    [2, 0n],
    [1, 1n],
    [1, 1n],
  ] as const) {
    const reply = say(bare(byte, number));
    expect(reply.instanceUid).toEqual(uidOf(byte));
    expect(reply.errorResponse).toBeUndefined();
  }
});

test("S-023 S-024 S-025 the first answer on a connection names the capabilities, later ones say nothing more", () => {
  const { say } = conversation();
  expect(say(full(1, 0n)).capabilities).toBe(0x7fn);
  expect(say(bare(1, 1n, fullCapabilities))).toEqual({ instanceUid: uidOf(1) });
  expect(say(bare(1, 2n, fullCapabilities), http).capabilities).toBe(0x7fn);
});

test.each<[string, AgentToServer[], AgentToServer, boolean]>([
  ["an unknown agent that says little", [], bare(1, 0n), true],
  ["an unknown agent that says everything", [], full(1, 7n), false],
  ["the next number", [full(1, 4n)], bare(1, 5n, fullCapabilities), false],
  ["a skipped number", [full(1, 4n)], bare(1, 6n, fullCapabilities), true],
  ["a repeated number", [full(1, 4n)], bare(1, 4n, fullCapabilities), true],
  ["a number from the start", [full(1, 4n)], bare(1, 0n, fullCapabilities), true],
  ["a gap with everything in the message", [full(1, 4n)], full(1, 9n), false],
  [
    "a gap without health",
    [full(1, 4n)],
    {
      ...bare(1, 9n, fullCapabilities),
      agentDescription: {},
      effectiveConfig: {},
      remoteConfigStatus: {},
    },
    true,
  ],
  ["everything that this agent can say", [], { ...bare(1, 3n), agentDescription: {} }, false],
])("S-026 full state is asked for on a gap only: %s", (_, before, message, asked) => {
  const { say } = conversation();
  for (const earlier of before) say(earlier);
  expect(say(message).flags).toBe(asked ? 1n : undefined);
});

test("S-027 what is absent stays, what is present replaces the whole", () => {
  const { say, fleet } = conversation();
  const description = { identifyingAttributes: [{ key: "a", value: { stringValue: "1" } }] };
  say({ ...full(1, 0n), agentDescription: description, health: { healthy: true, status: "ok" } });
  say({ ...bare(1, 1n, fullCapabilities), health: { lastError: "boom" } });
  const record = fleet().agents.get(uid1);
  expect(record?.description).toEqual(description);
  expect(record?.health).toEqual({ lastError: "boom" });
});

test("capabilities of 0 are capabilities left out", () => {
  const { say, fleet } = conversation();
  say(full(1, 0n));
  say(bare(1, 1n, 0n));
  expect(fleet().agents.get(uid1)?.capabilities).toBe(fullCapabilities);
});

test("S-058 a goodbye shows the agent as disconnected, keeps it, and is answered with nothing but the uid", () => {
  const { say, change, fleet } = conversation();
  say(full(1, 0n));
  change(offerConfig(fleet(), uid1, files, 1000).news);
  const reply = say({ ...bare(1, 1n, fullCapabilities), agentDisconnect: {} });
  expect(reply).toEqual({ instanceUid: uidOf(1) });
  expect(fleet().agents.get(uid1)?.link).toMatchObject({ at: "closed", since: 1000 });
});

test("a closed connection takes all of its agents with it and no others", () => {
  const { say, change, fleet } = conversation();
  say(full(1, 0n));
  say(full(2, 0n));
  say(full(3, 0n), socketB);
  change(disconnect(fleet(), "ws-1", "code 1006", 2000));
  const links = [...fleet().agents.values()].map((record) => record.link.at);
  expect(links).toEqual(["closed", "closed", "open"]);
});

test("an agent that comes over WebSocket after plain HTTP is no duplicate", () => {
  const { say, fleet } = conversation();
  say(full(1, 0n), http);
  expect(say(bare(1, 1n, fullCapabilities)).agentIdentification).toBeUndefined();
  expect(fleet().agents.get(uid1)?.link).toMatchObject({ at: "open", connection: socketA });
});

test("an agent that asks for a uid and leaves is shown as disconnected", () => {
  const { say, fleet } = conversation();
  say(full(1, 0n), http);
  const reply = say({ ...bare(1, 1n), flags: 1n, agentDisconnect: {} }, http);
  expect(reply).toEqual({ instanceUid: uidOf(1) });
  expect(fleet().agents.get(uid1)?.link.at).toBe("closed");
});

test("an agent that moved to another transport is not lost with its old connection", () => {
  const { say, change, fleet } = conversation();
  say(full(1, 0n));
  say(bare(1, 1n, fullCapabilities), http);
  change(disconnect(fleet(), "ws-1", "gone", 2000));
  expect(fleet().agents.get(uid1)?.link.at).toBe("open");
});

test("only agents on plain HTTP are forgotten for being silent", () => {
  const { say, change, fleet } = conversation();
  say(full(1, 0n), http, 1000);
  say(full(2, 0n), http, 5000);
  say(full(3, 0n), socketA, 1000);
  change(forgetSilent(fleet(), 2000, 6000));
  const links = [...fleet().agents.values()].map((record) => record.link.at);
  expect(links).toEqual(["closed", "open", "open"]);
  expect(forgetSilent(fleet(), 2000, 6000).records).toEqual([]);
});

test("S-029 the newcomer of two connections with one uid gets another one, the same on each question", () => {
  const { say, fleet } = conversation();
  say({ ...full(1, 0n), health: { status: "first" } });
  const first = say({ ...full(1, 0n), health: { status: "second" } }, socketB);
  expect(first.instanceUid).toEqual(uidOf(1));
  expect(first.agentIdentification?.newInstanceUid).toHaveLength(16);
  expect(first.agentIdentification?.newInstanceUid).not.toEqual(uidOf(1));
  expect(say(full(1, 1n), socketB).agentIdentification).toEqual(first.agentIdentification);
  expect(fleet().agents.get(uid1)?.health).toEqual({ status: "first" });
});

test("the goodbye of a newcomer does not take the owner of the uid along", () => {
  const { say, fleet } = conversation();
  say(full(1, 0n));
  const reply = say({ ...bare(1, 0n), agentDisconnect: {} }, socketB);
  expect(reply).toEqual({ instanceUid: uidOf(1) });
  expect(fleet().agents.get(uid1)?.link).toMatchObject({ at: "open", connection: socketA });
});

test("what was given out is forgotten with its connection", () => {
  const { say, change, fleet } = conversation();
  say({ ...full(1, 0n), flags: 1n });
  say({ ...full(2, 0n), flags: 1n }, socketB);
  change(disconnect(fleet(), "ws-1", "gone", 1000));
  expect(fleet().assigned.size).toBe(1);
});

test("a uid on two connections that no longer both live is no duplicate", () => {
  const { say, change, fleet } = conversation();
  say(full(1, 0n));
  change(disconnect(fleet(), "ws-1", "gone", 2000));
  expect(say(full(1, 0n), socketB).agentIdentification).toBeUndefined();
});

test("S-028 an agent that asks for a uid gets one and is not listed under its own", () => {
  const { say, fleet } = conversation();
  const reply = say({ ...full(1, 0n), flags: 1n });
  const uid = reply.agentIdentification?.newInstanceUid;
  expect(uid).toEqual(uidOf(101));
  expect(say({ ...full(1, 0n), flags: 1n }).agentIdentification?.newInstanceUid).toEqual(uid);
  say({ ...full(101, 1n) });
  expect([...fleet().agents.keys()]).toEqual([uidToText(uidOf(101))]);
});

test("S-056 components are asked for once for each report of an unknown hash", () => {
  const capabilities = AgentCapability.ReportsAvailableComponents | 1n;
  const { say, fleet } = conversation();
  const hashOnly = { availableComponents: { hash: uidOf(5) }, agentDescription: {} };
  const components = new Map([["receivers", {}]]);
  expect(say({ ...bare(1, 0n, capabilities), ...hashOnly }).flags).toBe(2n);
  expect(say(bare(1, 1n, capabilities)).flags).toBeUndefined();
  say({ ...bare(1, 2n, capabilities), availableComponents: { hash: uidOf(5), components } });
  expect(say({ ...bare(1, 3n, capabilities), ...hashOnly }).flags).toBeUndefined();
  expect(fleet().agents.get(uid1)?.components?.components).toEqual(components);
  const newer = { availableComponents: { hash: uidOf(6) } };
  expect(say({ ...bare(1, 4n, capabilities), ...newer }).flags).toBe(2n);
});

test("the history tells what changed, newest last, and keeps 50 entries", () => {
  const { say, change, fleet } = conversation();
  say({ ...full(1, 0n), health: { healthy: true, status: "ok", statusTimeUnixNano: 1n } });
  say({ ...full(1, 1n), health: { healthy: true, status: "ok", statusTimeUnixNano: 2n } });
  say({ ...bare(1, 2n, fullCapabilities), health: { healthy: false, lastError: "boom" } });
  change(offerConfig(fleet(), uid1, files, 1000).news);
  const failed = { status: ConfigStatus.Failed, errorMessage: "no", lastRemoteConfigHash: hash };
  say({ ...bare(1, 3n, fullCapabilities), remoteConfigStatus: failed });
  change(disconnect(fleet(), "ws-1", "gone", 1000));
  const history = fleet().agents.get(uid1)?.history ?? [];
  expect(history.map((entry) => entry.kind)).toEqual([
    "connected",
    "health",
    "effective-config",
    "health",
    "offer",
    "config-status",
    "disconnected",
  ]);
  for (let number = 4n; number < 80n; number += 1n) {
    say({ ...bare(1, number, fullCapabilities), health: { status: String(number) } });
  }
  const later = fleet().agents.get(uid1)?.history ?? [];
  expect(later).toHaveLength(50);
  expect(later.at(-1)?.text).toContain("79");
});
