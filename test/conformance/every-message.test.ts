import { describe, beforeAll, test, expect } from "vitest";
import { type SeenMessage, openFakeServer } from "../helpers/opamp/fake-opamp-server.ts";
import { watchedClient, someReport, someUid } from "../helpers/opamp/fake-client.ts";
import { addressOf, changed, both } from "./fake-server.ts";

/** The kinds of messages that there are: first report, change, custom message, heartbeat, full state, goodbye. */
async function everyKind(over: "ws" | "http"): Promise<readonly SeenMessage[]> {
  const custom = { customCapabilities: { capabilities: ["org.example"] } };
  let ask = false;
  const server = await openFakeServer({
    script: { reply: () => ({ ...custom, flags: ask ? 1n : 0n }) },
  });
  const { client, link } = watchedClient({ endpoint: addressOf(server, over) });
  client.report(someReport());
  client.start();
  await link("accepted");
  client.report(changed(1));
  await server.message(2);
  client.sendCustomMessage({ capability: "org.example", type: "t" });
  await server.message(3);
  ask = true;
  client.setHeartbeatInterval(10);
  await server.message(6);
  await client.stop(changed(2));
  await server.close();
  return server.messages();
}

describe.each(both)("over %s", (over) => {
  let all: readonly SeenMessage[] = [];
  beforeAll(async () => {
    all = await everyKind(over);
  });

  test("C-005 C-047 every message has the 16 bytes of the id", () => {
    expect(all.length).toBeGreaterThanOrEqual(7);
    for (const { message } of all) expect(message.instanceUid).toEqual(someUid);
  });

  test("C-060 C-061 C-062 C-286 every message has capabilities, and only bits with a meaning", () => {
    for (const { message } of all) {
      expect(message.capabilities & 1n).toBe(1n);
      expect(message.capabilities & ~0xffffn).toBe(0n);
    }
  });

  test("C-057 the numbers are a run without a gap, whatever the kind", () => {
    expect(all.map(({ message }) => message.sequenceNum)).toEqual(all.map((_, at) => BigInt(at)));
    expect(all.some(({ message }) => message.customMessage !== undefined)).toBe(true);
    expect(all.at(-1)?.message.agentDisconnect).toEqual({});
  });

  test("C-089 flags are those with a meaning", () => {
    for (const { message } of all) expect([undefined, 0n, 1n]).toContain(message.flags);
  });
});
