import * as fc from "fast-check";
import { test, expect } from "vitest";
import { utf8String, integer, sequence, set, objectId, bitString } from "../../src/pki/der.ts";
import { readDer, membersOf, objectIdOf, bytesOfBitString } from "../../src/pki/read-der.ts";

const bytes = (hex: string): Buffer => Buffer.from(hex, "hex");

test.each([0, 1, 127, 128, 255, 256, 65_536])("a text of %i bytes is read as written", (length) => {
  const text = "x".repeat(length);
  expect(Buffer.from(readDer(utf8String(text))?.content ?? []).toString()).toBe(text);
});

test("members come in their order, each with all of its bytes", () => {
  const members = [integer(Uint8Array.of(7)), sequence(), utf8String("ü")];
  const read = membersOf(readDer(sequence(...members)));
  expect(read?.map(({ whole }) => Buffer.from(whole))).toEqual(members);
  expect(membersOf(readDer(set(members[0]!)), "set")).toHaveLength(1);
  expect(membersOf(readDer(set(members[0]!)))).toBeUndefined();
});

test.each([
  ["nothing", ""],
  ["a tag alone", "30"],
  ["less than the length says", "300201"],
  ["more than the length says", "300000"],
  ["a length without end", "30800000"],
  ["a length in more bytes than it needs", "308101ff"],
  ["a length with a zero in front", `30820080${"00".repeat(128)}`],
  ["a length of five bytes", "30850000000001ff"],
  ["a tag of two bytes", "1f8100"],
])("%s is no value", (_, hex) => {
  expect(readDer(bytes(hex))).toBeUndefined();
});

test.each(["3003020101ff", "30020201", "020101", "3001ff"])("%s has no members", (hex) => {
  expect(membersOf(readDer(bytes(hex)))).toBeUndefined();
});

test.each(["2.5.4.3", "1.2.840.10045.4.3.2", "1.3.101.112", "0.9.2342", "2.999.1"])(
  "the id %s is read",
  (id) => {
    const written = id === "2.999.1" ? bytes("0603883701") : objectId(id);
    expect(objectIdOf(readDer(written))).toBe(id);
  },
);

test.each(["0600", "060181", "0609ffffffffffffffff7f", "020101"])("%s is no id", (hex) => {
  expect(objectIdOf(readDer(bytes(hex)))).toBeUndefined();
});

test("bits are given when they are whole bytes", () => {
  expect(bytesOfBitString(readDer(bitString(bytes("ff00"))))).toEqual(bytes("ff00"));
  expect(bytesOfBitString(readDer(bitString(bytes("80"), 7)))).toBeUndefined();
  expect(bytesOfBitString(readDer(bytes("0300")))).toBeUndefined();
});

test("no bytes make the reader throw", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (any) => {
      const value = readDer(any);
      membersOf(value)?.forEach((member) => membersOf(member));
      objectIdOf(value);
      bytesOfBitString(value);
    }),
  );
});
