import { describe, test, expect } from "vitest";
import { both, started, changed, sent, groups, discarded, inTurn } from "./fake-server.ts";
import { settledWorld, supervised } from "./supervised.ts";

const ours = { capability: "org.example", type: "t", data: Uint8Array.of(1, 2) };
const declared = { customCapabilities: { capabilities: ["org.example"] } };

describe.each(both)("over %s", (over) => {
  test("C-236 C-237 the list is told first, and again when it changes, whole", async () => {
    const { server, client, received } = await started(over);
    await received(1);
    client.report(changed(1));
    await received(2);
    const customCapabilities = { capabilities: ["org.example", "org.example.more/2"] };
    client.report({ ...changed(1), customCapabilities });
    await received(3);
    const lists = sent(server).map((one) => one.customCapabilities?.capabilities);
    expect(lists).toEqual([["org.example"], undefined, ["org.example", "org.example.more/2"]]);
  });

  test("C-238 a server that has declared nothing gets no custom message, and it is told", async () => {
    const pair = await started(over);
    await pair.received(1);
    pair.client.sendCustomMessage(ours);
    await pair.events.until((event) => event.on === "custom-message-settled");
    pair.client.report(changed(1));
    await pair.received(2);
    expect(groups(pair.server).flat()).not.toContain("customMessage");
    expect(discarded(pair)).toEqual([expect.stringContaining("org.example")]);
  });

  test("C-242 a message goes out under a name that both have declared", async () => {
    const answer = inTurn(declared);
    const { server, client, received } = await started(over, { reply: () => answer() ?? {} });
    await received(1);
    client.sendCustomMessage(ours);
    await received(2);
    expect(sent(server)[1]?.customMessage).toEqual(ours);
  });

  test("C-242 under a name that we have not declared it is refused here", async () => {
    const answer = inTurn({ customCapabilities: { capabilities: ["org.other"] } });
    const pair = await started(over, { reply: () => answer() ?? {} });
    await pair.received(1);
    pair.client.sendCustomMessage({ capability: "org.other", type: "t" });
    await pair.events.until((event) => event.on === "custom-message-settled");
    expect(discarded(pair)).toHaveLength(1);
    expect(groups(pair.server).flat()).not.toContain("customMessage");
  });

  test("C-240 what nobody knows is ignored, and the conversation goes on", async () => {
    const answer = inTurn({ customMessage: { capability: "org.unknown", type: "x" } });
    const world = settledWorld();
    const { server, events, pass } = await supervised(
      over,
      { reply: () => answer() ?? {} },
      {},
      world,
    );
    await events.until((event) => event.on === "message-received");
    world.crash();
    pass(1_000);
    await server.message(2);
    expect(groups(server).flat()).not.toContain("customMessage");
  });
});
