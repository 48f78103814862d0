import { describe, test, expect } from "vitest";
import { encodeServerToAgent } from "../../src/opamp-client/wire/codec.ts";
import type { ServerToAgent } from "../../src/opamp-client/wire/messages.ts";
import { configText } from "../helpers/core/core-samples.ts";
import { both, inTurn, offerOf, statuses } from "./fake-server.ts";
import { settledWorld, supervised, changesOfAgent } from "./supervised.ts";

describe.each(both)("over %s", (over) => {
  async function told(message: ServerToAgent) {
    const answer = inTurn(message);
    const world = settledWorld();
    const before = world.running()[0]?.upSince ?? 0;
    const scene = await supervised(over, { reply: () => answer() ?? {} }, {}, world);
    await scene.events.until((event) => event.on === "message-received");
    return { ...scene, world, before };
  }

  test.each([
    ["C-232 a restart", { command: { type: 0 } }],
    ["C-234 an empty command", { command: {} }],
  ])("%s restarts the agent once, and the connection stays", async (_what, message) => {
    const { world, server, pass, before } = await told(message);
    expect(changesOfAgent(world)).toBe(1);
    expect(world.running()[0]?.upSince).toBeGreaterThan(before);
    pass(1_000);
    await server.seen.until(
      (one) =>
        one.saw === "message" &&
        (one.message.health?.startTimeUnixNano ?? 0n) > 0n &&
        one.message.sequenceNum > 0n,
    );
    expect(server.seen.all.some((one) => one.saw === "close")).toBe(false);
  });

  test("C-233 beside a command an offer is passed over", async () => {
    const { world, server } = await told({ command: {}, ...offerOf("1", configText("one")) });
    expect(changesOfAgent(world)).toBe(1);
    expect(world.running()[0]?.text).not.toContain("nop/one");
    expect(statuses(server)).toEqual([0]);
  });

  test("C-235 C-285 an unknown command does nothing", async () => {
    const { world } = await told({ command: { type: 7 } });
    expect(changesOfAgent(world)).toBe(0);
  });
});

test("C-234 the presence of the empty sub-message is the signal on the wire", () => {
  expect([...encodeServerToAgent({ command: {} })]).toEqual([0x4a, 0]);
});
