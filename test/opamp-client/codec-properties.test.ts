import * as fc from "fast-check";
import { test, expect } from "vitest";
import { decodeMessage } from "../../src/opamp-client/wire/decode.ts";
import { encodeMessage } from "../../src/opamp-client/wire/encode.ts";
import { wireMessages } from "../../src/opamp-client/wire/fields.ts";
import { wireTypeOf } from "../../src/opamp-client/wire/scalars.ts";
import { messageTypes, protoRoot } from "../helpers/opamp/proto-root.ts";
import { protoReading } from "../helpers/opamp/proto-values.ts";
import { messageValue, messagePieces, bytesOf } from "../helpers/opamp/wire-arbitraries.ts";
import { joined, tag, varint, delimited } from "../helpers/opamp/wire-bytes.ts";

const types = messageTypes(protoRoot());
const names = fc.constantFrom(...Object.keys(wireMessages));

/** Any message of the table, with its name. */
const anyMessage = names.chain((name) => fc.tuple(fc.constant(name), messageValue(name)));

/** Any message as any peer might write it, with its name. */
const anyWriting = names.chain((name) => fc.tuple(fc.constant(name), messagePieces(name)));

function always<T>(arbitrary: fc.Arbitrary<T>, holds: (value: T) => void): void {
  fc.assert(fc.property(arbitrary, holds), { numRuns: 1_000, seed: 1 });
}

test("whatever is written is read back as it was, by us and by the proto files", () => {
  always(anyMessage, ([name, value]) => {
    const bytes = encodeMessage(name, value);
    expect(decodeMessage(name, bytes)).toEqual(value);
    expect(protoReading(types.get(name)!, bytes)).toEqual(value);
  });
});

test("whatever a peer writes is read as the proto files read it", () => {
  always(anyWriting, ([name, pieces]) => {
    const bytes = bytesOf(pieces);
    expect(decodeMessage(name, bytes)).toEqual(protoReading(types.get(name)!, bytes));
  });
});

test("two messages in a row are read as one, as the proto files read them", () => {
  const two = names.chain((name) =>
    fc.tuple(fc.constant(name), messageValue(name), messageValue(name)),
  );
  always(two, ([name, first, second]) => {
    const bytes = joined(encodeMessage(name, first), encodeMessage(name, second));
    expect(decodeMessage(name, bytes)).toEqual(protoReading(types.get(name)!, bytes));
  });
});

test("what is unknown changes nothing, whatever its wire type and wherever it stands", () => {
  always(anyWriting, ([name, pieces]) => {
    const known = pieces.filter((piece) => piece.known);
    expect(decodeMessage(name, bytesOf(pieces))).toEqual(decodeMessage(name, bytesOf(known)));
  });
});

test("the order of the fields does not matter", () => {
  const shuffled = anyMessage.chain(([name, value]) => {
    const alone = Object.entries(value).map(([key, one]: [string, unknown]) =>
      encodeMessage(name, { [key]: one }),
    );
    const orders = fc.shuffledSubarray(alone, { minLength: alone.length });
    return fc.tuple(fc.constant(name), fc.constant(value), orders);
  });
  always(shuffled, ([name, value, fields]) => {
    expect(decodeMessage(name, joined(...fields))).toEqual(value);
  });
});

test("64-bit numbers are exact in both directions", () => {
  const unsigned = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
  always(unsigned, (value) => {
    const fixed = new Uint8Array(BigUint64Array.of(value).buffer);
    const signed = BigInt.asIntN(64, value);
    const cases = [
      ["AgentToServer", "sequenceNum", value, joined(tag(2, 0), varint(value))],
      ["ComponentHealth", "startTimeUnixNano", value, joined(tag(2, 1), fixed)],
      ["AnyValue", "intValue", signed, joined(tag(3, 0), varint(signed))],
    ] as const;
    for (const [name, key, number, bytes] of cases) {
      const zero = number === 0n && name !== "AnyValue";
      expect(encodeMessage(name, { [key]: number })).toEqual(zero ? new Uint8Array() : bytes);
      expect(decodeMessage(name, bytes)).toEqual(zero ? {} : { [key]: number });
    }
  });
});

test("a zero that is written is a field that is not there, and undoes what stood before it", () => {
  const flagsThree = joined(tag(6, 0), varint(3));
  const flagsZero = joined(tag(6, 0), varint(0));
  expect(decodeMessage("ServerToAgent", flagsZero)).toEqual({});
  expect(decodeMessage("ServerToAgent", joined(flagsThree, flagsZero))).toEqual({});
  expect(decodeMessage("KeyValue", delimited(1, new Uint8Array()))).toEqual({ key: "" });
});

test("no key of a map reaches an object's prototype", () => {
  const keys = ["__proto__", "constructor", "", "x".repeat(1_000_000)];
  const configMap = new Map(keys.map((key) => [key, { role: "polluted" }]));
  const read = decodeMessage("AgentConfigMap", encodeMessage("AgentConfigMap", { configMap }));
  expect(read).toEqual({ configMap });
  expect(Object.keys(read)).toEqual(["configMap"]);
  expect(({} as { role?: string }).role).toBeUndefined();
});

test("no list is of a kind that a peer might pack", () => {
  const fields = Object.values(wireMessages).flatMap((message) => Object.values(message));
  const lists = fields.filter(([, , many]) => many === "list");
  expect(new Set(lists.map(([, kind]) => wireTypeOf(kind)))).toEqual(new Set([2]));
});
