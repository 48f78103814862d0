import { expect, test } from "vitest";
import {
  askFullState,
  forget,
  sendMessage,
  withdraw,
} from "../../../src/dev-server/fleet/fleet-asks.ts";
import { disconnect } from "../../../src/dev-server/fleet/fleet.ts";
import { offerConnections } from "../../../src/dev-server/fleet/fleet-connections.ts";
import { conversation, emptyFleet, full, http, uid1 } from "../conversation.ts";
import { bare, fullCapabilities } from "../raw-agent.ts";

const message = { capability: "io.example.tail", type: "start", data: Buffer.from("x") };
const able = { customCapabilities: { capabilities: ["io.example.tail", "io.example.more"] } };

test("an agent is forgotten when it is away, and is a new one when it comes back", () => {
  const { say, change, fleet } = conversation();
  say(full(1, 0n));
  expect(forget(fleet(), uid1).delivery).toMatchObject({ is: "refused" });
  change(disconnect(fleet(), "ws-1", "gone", 2000));
  change(forget(fleet(), uid1).news);
  expect(fleet().agents.size).toBe(0);
  expect(fleet().links.size).toBe(0);
  expect(say(bare(1, 5n, fullCapabilities)).flags).toBe(1n);
});

test("an agent is asked for its full state, over plain HTTP in the next answer", () => {
  const { say, change, fleet } = conversation();
  say(full(1, 0n));
  const { push } = askFullState(fleet(), uid1);
  expect(push).toMatchObject({ connectionId: "ws-1", message: { flags: 1n } });
  say(full(2, 0n), http);
  const uid2 = [...fleet().agents.keys()][1]!;
  const asking = askFullState(fleet(), uid2);
  expect(asking.delivery.is).toBe("waiting");
  change(asking.news);
  expect(say(bare(2, 1n, fullCapabilities), http).flags).toBe(1n);
  expect(say(bare(2, 2n, fullCapabilities), http).flags).toBeUndefined();
});

test("S-055 custom capabilities are declared when they are new on a connection, and not again", () => {
  const { say, change, fleet } = conversation();
  say({ ...full(1, 0n), ...able });
  const first = sendMessage(fleet(), uid1, message, 1000);
  change(first.news);
  expect(first.push?.message).toMatchObject({
    customMessage: message,
    customCapabilities: { capabilities: ["io.example.tail"] },
  });
  const second = sendMessage(fleet(), uid1, message, 1000);
  change(second.news);
  expect(second.push?.message).not.toHaveProperty("customCapabilities");
  const other = { ...message, capability: "io.example.more" };
  expect(sendMessage(fleet(), uid1, other, 1000).push?.message.customCapabilities).toEqual({
    capabilities: ["io.example.tail", "io.example.more"],
  });
  change(disconnect(fleet(), "ws-1", "gone", 1000));
  say(full(1, 1n), { id: "ws-9", transport: "websocket" });
  const anew = sendMessage(fleet(), uid1, message, 1000);
  expect(anew.push?.message).toHaveProperty("customCapabilities");
});

test("messages wait for the polls of an agent, one for each", () => {
  const { say, change, fleet } = conversation();
  say({ ...full(1, 0n), ...able }, http);
  change(sendMessage(fleet(), uid1, message, 1000).news);
  change(sendMessage(fleet(), uid1, { ...message, type: "stop" }, 1000).news);
  const types = [1n, 2n, 3n].map(
    (number) => say(bare(1, number, fullCapabilities), http).customMessage?.type,
  );
  expect(types).toEqual(["start", "stop", undefined]);
});

test("a message of a kind that the agent has not declared is refused with those that it has", () => {
  const { say, fleet } = conversation();
  say({ ...full(1, 0n), ...able });
  const { delivery } = sendMessage(fleet(), uid1, { ...message, capability: "other" }, 1000);
  expect(delivery).toMatchObject({ is: "refused" });
  expect(JSON.stringify(delivery)).toContain("io.example.tail, io.example.more");
});

test("a message that comes from an agent stands in its history with its beginning", () => {
  const { say, fleet } = conversation();
  say({ ...full(1, 0n), customMessage: { ...message, data: Buffer.from("y".repeat(9000)) } });
  const text =
    fleet()
      .agents.get(uid1)
      ?.history.find(({ kind }) => kind === "message")?.text ?? "";
  expect(text).toContain("Message start of io.example.tail came, 9000 bytes: yyy");
  expect(text.length).toBeLessThan(400);
});

test("offered connections are withdrawn", () => {
  const { say, change, fleet } = conversation();
  const capabilities = fullCapabilities | 0x100n;
  say(full(1, 0n, capabilities), http);
  const wish = { opamp: { destinationEndpoint: "ws://127.0.0.1:1/v1/opamp" } };
  change(offerConnections(fleet(), uid1, wish, 1000).news);
  change(withdraw(fleet(), uid1, "connections", 1000).news);
  expect(say(full(1, 1n, capabilities), http).connectionSettings).toBeUndefined();
  expect(withdraw(fleet(), uid1, "connections", 1000).delivery.is).toBe("refused");
});

test("nothing can be asked of an agent that nobody knows", () => {
  const nobody = [
    forget(emptyFleet(), uid1),
    withdraw(emptyFleet(), uid1, "config", 1000),
    askFullState(emptyFleet(), uid1),
    sendMessage(emptyFleet(), uid1, message, 1000),
  ];
  expect(nobody.map(({ delivery }) => delivery.is)).toEqual(Array(4).fill("refused"));
  expect(nobody.map(({ news }) => news)).toEqual(Array(4).fill({}));
});
