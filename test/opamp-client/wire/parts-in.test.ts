import * as fc from "fast-check";
import { test, expect } from "vitest";
import { decodeAgentToServer, encodeAgentToServer } from "../../../src/opamp-client/wire/codec.ts";
import type { AgentToServer } from "../../../src/opamp-client/wire/messages.ts";
import { partsIn } from "../../../src/opamp-client/wire/parts-in.ts";
import { fullAgentToServer } from "../../fixtures/wire/samples.ts";
import { bytesOf, messagePieces, messageValue } from "../../helpers/opamp/wire-arbitraries.ts";
import { delimited, joined } from "../../helpers/opamp/wire-bytes.ts";

/** The names of what the decoder found; zeros stand in every message that it gives back. */
function decodedParts(bytes: Uint8Array): readonly string[] {
  return Object.entries(decodeAgentToServer(bytes))
    .filter(([, value]) => value !== 0n && !(value instanceof Uint8Array && value.length === 0))
    .map(([key]) => key);
}

test("of a message of ours exactly its parts are named", () => {
  fc.assert(
    fc.property(messageValue("AgentToServer"), (value) => {
      const bytes = encodeAgentToServer(value as AgentToServer);
      expect([...(partsIn(bytes) ?? [])].sort()).toEqual([...decodedParts(bytes)].sort());
    }),
  );
});

test("whatever a peer writes, no part is missed that the decoder finds", () => {
  fc.assert(
    fc.property(messagePieces("AgentToServer"), (pieces) => {
      const bytes = bytesOf(pieces);
      const parts = partsIn(bytes);
      expect(parts).toBeDefined();
      for (const part of decodedParts(bytes)) expect(parts).toContain(part);
    }),
  );
});

test("bytes that are no message are none for the decoder either", () => {
  const full = encodeAgentToServer(fullAgentToServer);
  const places = fc.array(fc.tuple(fc.nat(full.length - 1), fc.nat(255)), { maxLength: 3 });
  fc.assert(
    fc.property(places, fc.nat(full.length), (changes, length) => {
      const bytes = full.slice(0, length);
      for (const [place, byte] of changes) if (place < length) bytes[place] = byte;
      const parts = partsIn(bytes);
      if (parts === undefined) expect(() => decodeAgentToServer(bytes)).toThrow();
    }),
  );
});

test("a field that the protocol does not have is named as such", () => {
  const bytes = joined(delimited(5, new Uint8Array()), delimited(99, new Uint8Array()));
  expect(partsIn(bytes)).toEqual(new Set(["health", "other"]));
});
