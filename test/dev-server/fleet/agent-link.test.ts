import { test, expect } from "vitest";
import { disconnect } from "../../../src/dev-server/fleet/fleet.ts";
import { offerConnections } from "../../../src/dev-server/fleet/fleet-connections.ts";
import {
  AgentCapability,
  type AgentToServer,
  ConfigStatus,
} from "../../../src/opamp-client/wire/messages.ts";
import type { Connection } from "../../../src/dev-server/fleet/known-agent.ts";
import { conversation, socketA, full, uid1, socketB, http } from "../conversation.ts";
import { fullCapabilities, bare, uidOf } from "../raw-agent.ts";

const capabilities =
  fullCapabilities |
  AgentCapability.AcceptsOpampConnectionSettings |
  AgentCapability.ReportsConnectionSettingsStatus;
const wish = { opamp: { heartbeatIntervalSeconds: 5n, headers: {} } };

type Talk = ReturnType<typeof conversation>;

/** An agent on a first connection that has been offered something, and what it says of that. */
function offered(connection: Connection = socketA): { talk: Talk; status: StatusOf } {
  const talk = conversation();
  talk.say(full(1, 0n, capabilities), connection);
  const asking = offerConnections(talk.fleet(), uid1, wish, 1000);
  talk.change(asking.news);
  const pulled = asking.push?.message ?? talk.say(bare(1, 1n, capabilities), connection);
  const { hash } = pulled.connectionSettings!;
  return {
    talk,
    status: (status) => ({
      connectionSettingsStatus: { lastConnectionSettingsHash: hash!, status },
    }),
  };
}
type StatusOf = (status: number) => Pick<AgentToServer, "connectionSettingsStatus">;

const linkOf = ({ fleet }: Talk): object | undefined => fleet().agents.get(uid1)?.link;
const goodbye = (sequenceNum: bigint): AgentToServer => ({
  ...bare(1, sequenceNum, capabilities),
  agentDisconnect: {},
});

test.each([
  ["the first connection", true],
  ["the second connection", false],
])("S-029 no agent is renamed while it proves our offer, as %s tells", (_, onFirst) => {
  const { talk, status } = offered();
  const applying = status(ConfigStatus.Applying);
  if (onFirst) talk.say({ ...bare(1, 1n, capabilities), ...applying });
  const reply = talk.say({ ...full(1, 0n, capabilities), ...(onFirst ? {} : applying) }, socketB);
  expect(reply.agentIdentification).toBeUndefined();
  expect(reply).toEqual({ instanceUid: uidOf(1), capabilities: 0x7fn });
  expect(linkOf(talk)).toMatchObject({ at: "open", connection: socketA });
});

test.each<[string, (talk: Talk) => unknown]>([
  ["says goodbye", (talk) => talk.say(goodbye(2n))],
  ["closes", (talk) => talk.change(disconnect(talk.fleet(), "ws-1", "gone", 2000))],
])("S-029 the second connection takes over when the first one %s", (_, end) => {
  const { talk, status } = offered();
  talk.say({ ...full(1, 0n, capabilities), ...status(ConfigStatus.Applying) }, socketB);
  // Both count by themselves, so nothing seems to be lost on either.
  expect(talk.say(bare(1, 1n, capabilities)).flags).toBeUndefined();
  end(talk);
  expect(linkOf(talk)).toEqual({
    at: "open",
    connection: socketB,
    since: expect.any(Number) as number,
  });
  talk.change(disconnect(talk.fleet(), "ws-1", "gone", 2000));
  const applied = { ...bare(1, 1n, capabilities), ...status(ConfigStatus.Applied) };
  expect(talk.say(applied, socketB)).toEqual({ instanceUid: uidOf(1) });
  expect(linkOf(talk)).toMatchObject({ at: "open", connection: socketB });
  talk.change(disconnect(talk.fleet(), "ws-2", "gone", 2000));
  expect(linkOf(talk)).toMatchObject({ at: "closed" });
});

test("a second connection that ends first leaves the first one as it was", () => {
  const { talk, status } = offered();
  talk.say({ ...full(1, 0n, capabilities), ...status(ConfigStatus.Applying) }, socketB);
  talk.change(disconnect(talk.fleet(), "ws-2", "gone", 2000));
  expect(linkOf(talk)).toEqual({ at: "open", connection: socketA, since: 1000 });
  talk.change(disconnect(talk.fleet(), "ws-1", "gone", 2000));
  expect(linkOf(talk)).toMatchObject({ at: "closed" });
});

test("S-029 a second connection that goes on after the proof has failed is a duplicate", () => {
  const { talk, status } = offered();
  talk.say({ ...full(1, 0n, capabilities), ...status(ConfigStatus.Applying) }, socketB);
  talk.say({ ...bare(1, 1n, capabilities), ...status(ConfigStatus.Failed) });
  const reply = talk.say(bare(1, 1n, capabilities), socketB);
  expect(reply.agentIdentification).toBeDefined();
  expect(linkOf(talk)).toEqual({ at: "open", connection: socketA, since: 1000 });
});

test.each([
  ["from plain HTTP to WebSocket", http, socketA],
  ["from WebSocket to plain HTTP", socketA, http],
])("an agent that is moved %s is there all the time", (_, first, second) => {
  const { talk, status } = offered(first);
  talk.say({ ...full(1, 0n, capabilities), ...status(ConfigStatus.Applying) }, second);
  talk.say(goodbye(2n), first);
  expect(linkOf(talk)).toMatchObject({ at: "open", connection: second });
});

test.each<[string, number, Uint8Array | undefined]>([
  ["has applied our offer", ConfigStatus.Applied, undefined],
  ["proves the offer of another server", ConfigStatus.Applying, uidOf(9)],
])("S-029 a second connection of one that %s is a duplicate", (_, word, other) => {
  const { talk, status } = offered();
  const said = status(word).connectionSettingsStatus!;
  const hash = other ?? said.lastConnectionSettingsHash!;
  const connectionSettingsStatus = { ...said, lastConnectionSettingsHash: hash };
  talk.say({ ...bare(1, 1n, capabilities), connectionSettingsStatus });
  expect(talk.say(full(1, 0n, capabilities), socketB).agentIdentification).toBeDefined();
});
