import { expect, test } from "vitest";
import type { Fleet, FleetNews } from "../../../src/dev-server/fleet/fleet-state.ts";
import { disconnect, offerConfig, receive } from "../../../src/dev-server/fleet/fleet.ts";
import { holdFleet } from "../../../src/dev-server/fleet/hold-fleet.ts";
import type { Connection } from "../../../src/dev-server/fleet/known-agent.ts";
import { uidToText } from "../../../src/opamp-client/wire/instance-uid.ts";
import { ConfigStatus } from "../../../src/opamp-client/wire/messages.ts";
import { files, full } from "../conversation.ts";
import { bare, fullCapabilities } from "../raw-agent.ts";

/** Counts how many agents are looked at, however it is done. */
function counted(fleet: Fleet): { readonly fleet: Fleet; readonly looks: () => number } {
  let looks = 0;
  const agents = new Map(fleet.agents);
  const get = agents.get.bind(agents);
  agents.get = (uid) => {
    looks += 1;
    return get(uid);
  };
  const all = (): never => {
    throw new Error("all agents were looked at");
  };
  agents.values = all;
  agents.keys = all;
  agents.entries = all;
  agents.forEach = all;
  agents[Symbol.iterator] = all;
  return { fleet: { ...fleet, agents }, looks: () => looks };
}

const uidBytes = (number: number): Uint8Array => {
  const bytes = new Uint8Array(16);
  new DataView(bytes.buffer).setUint32(12, number);
  return bytes;
};
const connectionOf = (number: number): Connection => {
  return { id: `ws-${number}`, transport: "websocket" };
};

function manyAgents(count: number): Fleet {
  const held = holdFleet();
  for (let number = 1; number <= count; number += 1) {
    const message = { ...full(1, 0n), instanceUid: uidBytes(number) };
    const received = { connection: connectionOf(number), message, now: 1, freshUid: uidBytes(0) };
    held.apply(receive(held.fleet, received).news);
  }
  return held.fleet;
}

test.each<[string, (fleet: Fleet) => { readonly news: FleetNews }]>([
  [
    "a message",
    (fleet) => {
      const message = { ...bare(1, 1n, fullCapabilities), instanceUid: uidBytes(7) };
      const received = { connection: connectionOf(7), message, now: 2, freshUid: uidBytes(0) };
      return receive(fleet, received);
    },
  ],
  [
    "a first message of a new agent",
    (fleet) => {
      const message = { ...bare(1, 0n, fullCapabilities), instanceUid: uidBytes(9999) };
      const received = { connection: connectionOf(9999), message, now: 2, freshUid: uidBytes(0) };
      return receive(fleet, received);
    },
  ],
  [
    "a message of a second agent with the same uid",
    (fleet) => {
      const message = { ...bare(1, 1n, fullCapabilities), instanceUid: uidBytes(7) };
      const received = { connection: connectionOf(8), message, now: 2, freshUid: uidBytes(5000) };
      return receive(fleet, received);
    },
  ],
  ["the end of a connection", (fleet) => ({ news: disconnect(fleet, "ws-7", "gone", 2) })],
  ["an offer", (fleet) => offerConfig(fleet, uidToText(uidBytes(7)), files, 2)],
])("%s looks at one agent, not at all that there are", (_, happens) => {
  const { fleet, looks } = counted(manyAgents(2000));
  const { news } = happens(fleet);
  expect(looks()).toBeLessThanOrEqual(2);
  expect(news.records?.length ?? 0).toBeLessThanOrEqual(1);
});

test("new uids of agents without a connection are not remembered without end", () => {
  const held = holdFleet();
  for (let number = 0; number < 5000; number += 1) {
    held.apply({ assigned: { connectionId: "http", uid: `old-${number}`, newUid: "new" } });
  }
  const given = held.fleet.assigned.get("http");
  expect(given?.size).toBe(1000);
  expect(given?.has("old-4999")).toBe(true);
});

test("who leaves a connection is looked for there no more", () => {
  const held = holdFleet();
  const says = (connection: Connection, sequenceNum: bigint): void => {
    const message = { ...full(1, sequenceNum), remoteConfigStatus: { status: ConfigStatus.Unset } };
    const received = { connection, message, now: 1, freshUid: uidBytes(0) };
    held.apply(receive(held.fleet, received).news);
  };
  says({ id: "http", transport: "http" }, 0n);
  expect([...held.fleet.links.keys()]).toEqual(["http"]);
  says(connectionOf(1), 1n);
  expect([...held.fleet.links.keys()]).toEqual(["ws-1"]);
  held.apply(disconnect(held.fleet, "ws-1", "gone", 2));
  expect(held.fleet.links.size).toBe(0);
});
