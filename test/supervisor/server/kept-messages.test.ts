import fc from "fast-check";
import { test, expect } from "vitest";
import { decodeServerToAgent, encodeServerToAgent } from "../../../src/opamp-client/wire/codec.ts";
import type { ServerToAgent } from "../../../src/opamp-client/wire/messages.ts";
import { createKeptMessages } from "../../../src/supervisor/server/kept-messages.ts";

const mebibyte = 1024 * 1024;

/** A message as it comes: its bytes are a view of the whole frame. */
function received(bytes: number, keeps: boolean): ServerToAgent {
  const data = new Uint8Array(bytes);
  const message = { capabilities: 1n, customMessage: { capability: "c", type: "t", data } };
  const frame = encodeServerToAgent(message);
  if (!keeps) return { capabilities: 1n };
  const own = Uint8Array.from(frame);
  const decoded = decodeServerToAgent(own);
  return { remoteConfig: { configHash: own.subarray(0, 2) }, ...decoded };
}

test("of many messages the first twenty are kept, until they are taken", () => {
  const kept = createKeptMessages();
  for (let index = 0; index < 10_000; index += 1) kept.add({ capabilities: BigInt(index) });
  expect(kept.take().map(({ capabilities }) => capabilities)).toEqual(
    Array.from({ length: 20 }, (_, index) => BigInt(index)),
  );
  expect(kept.take()).toEqual([]);
  kept.add({ capabilities: 7n });
  expect(kept.take()).toHaveLength(1);
});

test("a few bytes of a large frame hold the whole frame", () => {
  const kept = createKeptMessages();
  const frame = new Uint8Array(60 * mebibyte);
  kept.add({ remoteConfig: { configHash: frame.subarray(0, 8) } });
  expect(kept.take()).toEqual([]);
  const small = new Uint8Array(5 * mebibyte);
  kept.add({
    remoteConfig: { configHash: small.subarray(0, 8) },
    connectionSettings: { hash: small.subarray(8, 16) },
  });
  expect(kept.take()).toHaveLength(1);
});

test("however large messages are, what is kept is at most 8 MiB", () => {
  const sizes = fc.array(fc.tuple(fc.nat(3 * mebibyte), fc.boolean()), { maxLength: 12 });
  fc.assert(
    fc.property(sizes, (all) => {
      const kept = createKeptMessages();
      for (const [bytes, keeps] of all) kept.add(received(bytes, keeps));
      const held = kept
        .take()
        .reduce((sum, { customMessage }) => sum + (customMessage?.data?.buffer.byteLength ?? 0), 0);
      expect(held).toBeLessThanOrEqual(8 * mebibyte);
    }),
    { numRuns: 25 },
  );
});
