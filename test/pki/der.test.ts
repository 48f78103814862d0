import { test, expect } from "vitest";
import {
  integer,
  boolean,
  bitString,
  octetString,
  utf8String,
  objectId,
  sequence,
  set,
  explicit,
  implicit,
  time,
  pem,
} from "../../src/pki/der.ts";

const bytes = (hex: string): Buffer => Buffer.from(hex, "hex");

test.each<[string, Uint8Array, string]>([
  ["zero", integer(bytes("00")), "020100"],
  ["no bytes at all", integer(bytes("")), "020100"],
  ["a number with the top bit", integer(bytes("80")), "02020080"],
  ["a number with zeros in front", integer(bytes("0000ff01")), "020300ff01"],
  ["true", boolean(true), "0101ff"],
  ["false", boolean(false), "010100"],
  ["bits", bitString(bytes("80"), 7), "03020780"],
  ["bytes", octetString(bytes("0102")), "04020102"],
  ["text", utf8String("ü"), "0c02c3bc"],
  ["an id", objectId("1.2.840.10045.4.3.2"), "06082a8648ce3d040302"],
  ["a short id", objectId("2.5.4.3"), "0603550403"],
  ["an empty sequence", sequence(), "3000"],
  ["a sequence in its order", sequence(boolean(true), integer(bytes("01"))), "30060101ff020101"],
  ["a set in the order of its bytes", set(integer(bytes("01")), boolean(true)), "31060101ff020101"],
  ["an explicit tag", explicit(3, sequence()), "a3023000"],
  ["an implicit tag", implicit(7, bytes("7f000001")), "87047f000001"],
])("%s is written as in X.690", (_, der, hex) => {
  expect(Buffer.from(der).toString("hex")).toBe(hex);
});

test.each([
  [127, "047f"],
  [128, "048180"],
  [255, "0481ff"],
  [256, "04820100"],
  [65_536, "0483010000"],
])("a length of %i is written in as few bytes as it needs", (length, head) => {
  const der = octetString(new Uint8Array(length));
  expect(Buffer.from(der.subarray(0, der.length - length)).toString("hex")).toBe(head);
});

test.each([
  ["2049-12-31T23:59:59.999Z", 0x17, "491231235959Z"],
  ["2050-01-01T00:00:00.000Z", 0x18, "20500101000000Z"],
  ["2024-02-29T01:02:03.456Z", 0x17, "240229010203Z"],
])("the moment %s has the form for its year", (iso, tag, text) => {
  const der = time(Date.parse(iso));
  expect(der[0]).toBe(tag);
  expect(Buffer.from(der.subarray(2)).toString()).toBe(text);
});

test("PEM has lines of 64 characters and its label", () => {
  const lines = pem("X", new Uint8Array(100)).split("\n");
  expect(lines[0]).toBe("-----BEGIN X-----");
  expect(lines.at(-2)).toBe("-----END X-----");
  expect(lines.at(-1)).toBe("");
  expect(lines.slice(1, -2).map((line) => line.length)).toEqual([64, 64, 8]);
});
