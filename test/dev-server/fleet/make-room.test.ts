import { expect, test } from "vitest";
import { disconnect, offerConfig, receive } from "../../../src/dev-server/fleet/fleet.ts";
import { holdFleet } from "../../../src/dev-server/fleet/hold-fleet.ts";
import type { Connection } from "../../../src/dev-server/fleet/known-agent.ts";
import { uidToText } from "../../../src/opamp-client/wire/instance-uid.ts";
import type { ServerToAgent } from "../../../src/opamp-client/wire/messages.ts";
import { files, http } from "../conversation.ts";
import { seededDice } from "../../helpers/opamp/mutate-frame.ts";
import { bare, uidOf } from "../raw-agent.ts";

const limits = { agents: 3, guests: 2, onOneConnection: 2 };

function fleetWithLimits() {
  const { fleet, apply } = holdFleet();
  return {
    uids: () => [...fleet.agents.keys()],
    hear: (byte: number, connection: Connection, now = byte): ServerToAgent => {
      const received = { connection, message: bare(byte, 0n), now, freshUid: uidOf(200), limits };
      const { news, reply } = receive(fleet, received);
      apply(news);
      return reply;
    },
    end: ({ id }: Connection) => apply(disconnect(fleet, id, "gone", 50)),
    offer: (byte: number) => apply(offerConfig(fleet, uidToText(uidOf(byte)), files, 60).news),
  };
}

const socket = (id: number): Connection => ({ id: `ws-${id}`, transport: "websocket" });
const texts = (...bytes: number[]): readonly string[] =>
  bytes.map((byte) => uidToText(uidOf(byte)));

test("who is connected stays, and one more is told to come back", () => {
  const { hear, uids } = fleetWithLimits();
  for (const byte of [1, 2, 3]) hear(byte, socket(byte));
  expect(hear(4, socket(4)).errorResponse).toMatchObject({
    type: 2,
    errorMessage: "this server keeps 3 agents, and all are connected",
    retryInfo: { retryAfterNanoseconds: 30_000_000_000n },
  });
  expect(hear(2, socket(2)).errorResponse).toBeUndefined();
  expect(uids()).toEqual(texts(1, 2, 3));
});

test("of those that are away the one that was heard longest ago makes room", () => {
  const { hear, end, uids } = fleetWithLimits();
  for (const byte of [1, 2, 3]) hear(byte, socket(byte));
  end(socket(3));
  end(socket(2));
  expect(hear(4, socket(4)).errorResponse).toBeUndefined();
  expect(uids()).toEqual(texts(1, 3, 4));
});

test("one of whom something is wanted goes last", () => {
  const { hear, end, offer, uids } = fleetWithLimits();
  for (const byte of [1, 2, 3]) hear(byte, socket(byte));
  for (const byte of [1, 2, 3]) end(socket(byte));
  offer(1);
  for (const byte of [4, 5, 6]) {
    hear(byte, socket(byte));
    end(socket(byte));
  }
  expect(uids()).toEqual(texts(1, 5, 6));
});

test.each([1, 2, 3, 4, 5])(
  "whoever comes and goes (%d), there are never too many, and nobody who is connected is forgotten",
  (seed) => {
    const dice = seededDice(seed);
    const { hear, end, offer, uids } = fleetWithLimits();
    const connected = new Set<number>();
    for (let step = 1; step <= 300; step += 1) {
      const byte = 1 + dice(12);
      const deed = dice(3);
      if (deed === 0 && hear(byte, socket(byte), step).errorResponse === undefined) {
        connected.add(byte);
      } else if (deed === 1) {
        end(socket(byte));
        connected.delete(byte);
      } else if (deed === 2) offer(byte);
      const known = uids();
      expect(known.length).toBeLessThanOrEqual(limits.agents);
      expect(texts(...connected).filter((uid) => !known.includes(uid))).toEqual([]);
    }
  },
);

test("one connection cannot bring as many as it likes; over plain HTTP all share one", () => {
  const { hear, uids } = fleetWithLimits();
  for (const byte of [1, 2, 3]) hear(byte, socket(1));
  expect(uids()).toEqual(texts(1, 2));
  hear(3, http);
  expect(uids()).toEqual(texts(1, 2, 3));
});
