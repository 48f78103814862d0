import { expect, test } from "vitest";
import { disconnect, offerConfig, receive, restart } from "../../../src/dev-server/fleet/fleet.ts";
import { approve, turnAway } from "../../../src/dev-server/fleet/guests.ts";
import { holdFleet } from "../../../src/dev-server/fleet/hold-fleet.ts";
import type { Connection, KnownAgent } from "../../../src/dev-server/fleet/known-agent.ts";
import {
  AgentCapability,
  ConfigStatus,
  type ServerToAgent,
} from "../../../src/opamp-client/wire/messages.ts";
import { uidToText } from "../../../src/opamp-client/wire/instance-uid.ts";
import { seededDice } from "../../helpers/opamp/mutate-frame.ts";
import { conversation, files, full, uid1 } from "../conversation.ts";
import { bare, fullCapabilities, uidOf } from "../raw-agent.ts";

const takesSettings =
  fullCapabilities |
  AgentCapability.AcceptsOpampConnectionSettings |
  AgentCapability.ReportsConnectionSettingsStatus;
const authorization = "Bearer planted-token";
const from = "10.0.0.1";

function guest(number: number, at = from): Connection {
  return { id: `ws-${number}`, transport: "websocket", guestFrom: at };
}

function owner(number: number): Connection {
  return { id: `ws-${number}`, transport: "websocket" };
}

function headerIn({ connectionSettings }: ServerToAgent): string | undefined {
  return connectionSettings?.opamp?.headers?.headers?.[0]?.value;
}

/** A guest that has said all there is to say, and what was answered. */
function withGuest() {
  const talk = conversation();
  const greeted = { ...full(1, 0n), capabilities: takesSettings };
  const reply = talk.say(greeted, guest(1));
  const record = (): KnownAgent => talk.fleet().agents.get(uid1)!;
  const lets = (at: string | undefined = from): string => {
    const asking = approve(talk.fleet(), uid1, { authorization, from: at }, 2_000);
    talk.change(asking.news);
    const { is } = asking.delivery;
    return asking.push === undefined ? is : `${is} ${headerIn(asking.push.message) ?? ""}`;
  };
  return { ...talk, reply, record, lets };
}

test("S-067 who comes without credentials is listened to, and gets nothing that is wanted", () => {
  const { reply, record, say, fleet, change } = withGuest();
  expect(reply).toEqual({ instanceUid: uidOf(1), capabilities: expect.any(BigInt) as bigint });
  expect(record().guest).toEqual({ is: "waiting", from, since: 1000 });
  const offering = offerConfig(fleet(), uid1, files, 1_500);
  expect(offering).toMatchObject({
    delivery: { is: "waiting", why: "the agent waits to be approved" },
  });
  expect(offering.push).toBeUndefined();
  change(offering.news);
  expect(restart(fleet(), uid1, 1_600).delivery.is).toBe("refused");
  const next = say(bare(1, 1n, takesSettings), guest(1));
  expect(Object.keys(next).filter((part) => part !== "instanceUid")).toEqual([]);
});

test("S-067 whom a person approves gets the credentials, and is known once it comes with them", () => {
  const { record, lets, say, fleet, change } = withGuest();
  expect(lets()).toBe(`pushed ${authorization}`);
  expect(record().guest).toEqual({ is: "approved", from, since: 2_000 });
  const proving = {
    lastConnectionSettingsHash: record().settingsSentHash!,
    status: ConfigStatus.Applying,
    errorMessage: "",
  };
  const tried = { ...bare(1, 1n, takesSettings), connectionSettingsStatus: proving };
  say(tried, guest(1));
  say({ ...tried, sequenceNum: 0n }, owner(2));
  // It may still go back to where it came from.
  expect(record().guest?.is).toBe("approved");
  change(disconnect(fleet(), "ws-1", "gone", 3_000));
  say(bare(1, 1n, takesSettings), owner(2));
  expect(record().guest).toBeUndefined();
  expect(record().history.at(-1)?.text).toBe("Came with its credentials");
});

test("S-067 an agent that has come with credentials is never one that comes without them", () => {
  const { say, fleet, change } = conversation();
  say({ ...full(1, 0n), capabilities: takesSettings }, owner(1));
  change(disconnect(fleet(), "ws-1", "gone", 1_500));
  const before = fleet().agents.get(uid1)!;
  const answered = say(bare(1, 1n, takesSettings), guest(2, "10.6.6.6"));
  expect(answered.errorResponse).toMatchObject({
    type: 2,
    errorMessage:
      "this agent has come with credentials before; who comes without them is not let in",
    retryInfo: { retryAfterNanoseconds: 60_000_000_000n },
  });
  const after = fleet().agents.get(uid1)!;
  expect({ ...after, history: [] }).toEqual({ ...before, history: [] });
  expect(after.history.at(-1)?.text).toContain("kept out at 10.6.6.6");
  const goodbye = { ...bare(1, 2n), agentDisconnect: {} };
  expect(say(goodbye, guest(2)).errorResponse).toBeUndefined();
  expect(fleet().agents.get(uid1)!.link).toEqual(before.link);
});

test("many tries to speak for an agent are one entry of its history", () => {
  const { say, fleet } = conversation();
  say(full(1, 0n), owner(1));
  const { length } = fleet().agents.get(uid1)!.history;
  for (let number = 0; number < 100; number += 1) {
    say(bare(1, 1n), guest(2, `10.0.0.${number}`));
  }
  expect(fleet().agents.get(uid1)!.history).toHaveLength(length + 1);
});

test("an approval is for the address that a person has seen", () => {
  const { lets, say, fleet, change, record } = withGuest();
  expect(lets("10.0.0.9")).toBe("refused");
  expect(record().guest?.is).toBe("waiting");
  expect(lets()).toContain("pushed");
  change(disconnect(fleet(), "ws-1", "gone", 3_000));
  expect(say(bare(1, 1n, takesSettings), guest(2, "10.6.6.6")).errorResponse?.errorMessage).toBe(
    `this agent was approved at ${from}, and comes from another address`,
  );
  // Where it was approved it is offered them again.
  expect(headerIn(say(bare(1, 1n, takesSettings), guest(3)))).toBe(authorization);
});

test("whom a person refuses is not heard any more until somebody approves it or it is forgotten", () => {
  const { say, fleet, change, record, lets } = withGuest();
  const asking = turnAway(fleet(), uid1, 2_000);
  expect(asking.expels?.connectionId).toBe("ws-1");
  change(asking.news);
  change(disconnect(fleet(), "ws-1", "gone", 3_000));
  const { errorResponse } = say(full(1, 1n), guest(2));
  expect(errorResponse?.errorMessage).toBe("a person has refused this agent");
  expect(lets()).toBe("waiting");
  expect(record().guest?.is).toBe("approved");
});

test("one that takes no settings is told about to the person who would approve it", () => {
  const talk = conversation();
  talk.say(full(1, 0n), guest(1));
  const { delivery } = approve(talk.fleet(), uid1, { authorization, from }, 2_000);
  expect(delivery).toMatchObject({
    is: "refused",
    why: expect.stringContaining("its own") as string,
  });
  const nobody = { authorization: undefined, from };
  expect(approve(talk.fleet(), uid1, nobody, 2_000).delivery.is).toBe("refused");
});

test("headers that were wanted before go along with the credentials", () => {
  const { fleet, change, lets, record } = withGuest();
  const headers = [
    { key: "X-Tenant", value: "blue" },
    { key: "authorization", value: "old" },
  ];
  const offered = { settings: { opamp: { headers: { headers } } }, at: 1, settled: false };
  change({ records: [{ ...record(), settingsOffer: offered }] });
  expect(lets()).toContain("pushed");
  expect(fleet().agents.get(uid1)!.settingsOffer?.settings.opamp?.headers?.headers).toEqual([
    { key: "X-Tenant", value: "blue" },
    { key: "Authorization", value: authorization },
  ]);
});

test("guests take the places of other guests that are away, and of nobody else", () => {
  const { fleet, apply } = holdFleet();
  const limits = { agents: 4, guests: 2, onOneConnection: 2 };
  const hear = (byte: number, connection: Connection): string | undefined => {
    const received = {
      connection,
      message: bare(byte, 0n),
      now: byte,
      freshUid: uidOf(200),
      limits,
    };
    const { news, reply } = receive(fleet, received);
    apply(news);
    return reply.errorResponse?.errorMessage;
  };
  hear(1, owner(1));
  apply(disconnect(fleet, "ws-1", "gone", 50));
  hear(2, guest(2));
  hear(3, guest(3));
  expect(hear(4, guest(4))).toBe("2 agents wait to be approved, and all are connected");
  apply(disconnect(fleet, "ws-3", "gone", 60));
  expect(hear(4, guest(4))).toBeUndefined();
  const texts = [1, 2, 4].map((byte) => uidToText(uidOf(byte)));
  expect([...fleet.agents.keys()]).toEqual(texts);
});

test.each([1, 2, 3, 4, 5, 6])(
  "whatever comes from whom (%d), nothing is sent to one that was not approved, and no guest speaks for another",
  (seed) => {
    const dice = seededDice(seed);
    const talk = conversation();
    const numbers = new Map<number, bigint>();
    for (let step = 0; step < 400; step += 1) {
      const byte = 1 + dice(4);
      const uid = uidToText(uidOf(byte));
      const before = talk.fleet().agents.get(uid);
      const deed = dice(6);
      const id = 1 + dice(6);
      if (deed === 0) talk.change(disconnect(talk.fleet(), `ws-${id}`, "gone", step));
      else if (deed === 1) {
        talk.change(approve(talk.fleet(), uid, { authorization, from: undefined }, step).news);
      } else if (deed === 2) talk.change(turnAway(talk.fleet(), uid, step).news);
      else if (deed === 3) {
        const { news, push } = offerConfig(talk.fleet(), uid, files, step);
        expect(push !== undefined && before?.guest?.is === "waiting").toBe(false);
        talk.change(news);
      } else {
        // A connection shows credentials or it does not, from its first message to its last.
        const connection = id > 3 ? owner(id) : guest(id, `10.0.0.${id}`);
        const sequenceNum = (numbers.get(byte) ?? 0n) + 1n;
        numbers.set(byte, sequenceNum);
        const message = { ...full(byte, sequenceNum), capabilities: takesSettings };
        const reply = talk.say(message, connection, step);
        const isOwn = before?.link.at === "open" && before.link.connection.id === `ws-${id}`;
        if (id <= 3 && before !== undefined && before.guest === undefined && !isOwn) {
          const known = talk.fleet().agents.get(uid)!;
          expect({ ...known, history: [] }).toEqual({ ...before, history: [] });
        }
        const after = talk.fleet().agents.get(uid);
        const held = after?.guest !== undefined && after.guest.is !== "approved";
        const offers = [reply.remoteConfig, reply.connectionSettings, reply.packagesAvailable];
        const gets = [...offers, reply.command].some((part) => part !== undefined);
        if (id <= 3) expect(held && gets).toBe(false);
      }
      const held = [...talk.fleet().agents.values()].filter(
        ({ guest: each }) => each !== undefined && each.is !== "approved",
      );
      expect([...talk.fleet().guests].sort()).toEqual(held.map((each) => each.uid).sort());
    }
  },
);
