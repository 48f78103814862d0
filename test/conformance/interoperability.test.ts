import { test, expect, describe } from "vitest";
import { encodeServerToAgent } from "../../src/opamp-client/wire/codec.ts";
import { configText } from "../helpers/core/core-samples.ts";
import { offerOf, statuses, inTurn, both, started, seen } from "./fake-server.ts";
import { settledWorld, supervised } from "./supervised.ts";

/** Field 999 in three forms: bytes, a number, eight fixed bytes. */
const unknown = Uint8Array.of(
  ...[0xba, 0x3e, 3, 1, 2, 3],
  ...[0xb8, 0x3e, 0x96, 1],
  ...[0xb9, 0x3e, 1, 2, 3, 4, 5, 6, 7, 8],
);
const offer = offerOf("1", configText("one"));
const withUnknown = Uint8Array.of(...unknown, ...encodeServerToAgent(offer), ...unknown);

test("C-284 over ws unknown fields are passed over and the rest is taken", async () => {
  const world = settledWorld();
  const { server } = await supervised("ws", { reply: () => undefined }, {}, world);
  (await server.connection(1)).sendRaw(Uint8Array.of(0, ...withUnknown));
  await server.seen.until(() => statuses(server).includes(1));
  expect(world.running()[0]?.text).toContain("nop/one");
});

test("C-284 over http unknown fields are passed over and the rest is taken", async () => {
  const world = settledWorld();
  const { server } = await supervised(
    "http",
    { intercept: inTurn({ body: withUnknown }) },
    {},
    world,
  );
  await server.seen.until(() => statuses(server).includes(1));
  expect(world.running()[0]?.text).toContain("nop/one");
});

describe.each(both)("over %s", (over) => {
  test("C-285 C-066 bits of a later version in flags and capabilities do no harm", async () => {
    const capabilities = 0xffff_ffff_ffff_ffffn;
    const answer = inTurn({ capabilities, flags: 0xffff_fff0n });
    const { server, received } = await started(over, { reply: () => answer() ?? {} });
    expect((await received(1)).capabilities).toBe(capabilities);
    expect(server.messages()).toHaveLength(1);
    expect(seen(server, "close")).toEqual([]);
  });

  test("C-285 packages of an unknown type do no harm", async () => {
    const packagesAvailable = { packages: new Map([["a", { type: 42 }]]) };
    const answer = inTurn({ packagesAvailable });
    const { received } = await started(over, { reply: () => answer() ?? {} });
    expect(await received(1)).toEqual({ packagesAvailable });
  });
});
