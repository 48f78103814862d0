import { ulidToUUID } from "ulid";
import { test, expect } from "vitest";
import {
  newInstanceUid,
  uidOfName,
  uidToText,
  uidFromText,
  namesNobody,
  standsFor,
} from "../../../src/opamp-client/wire/instance-uid.ts";

test("a new id is a UUID of version 7 made now", () => {
  const before = Date.now();
  const uid = newInstanceUid();
  const text = uidToText(uid);
  const time = Number.parseInt(text.replaceAll("-", "").slice(0, 12), 16);
  expect(uid).toHaveLength(16);
  expect(text).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(time).toBeGreaterThanOrEqual(before);
  expect(time).toBeLessThanOrEqual(Date.now());
});

test("two new ids differ", () => {
  expect(uidToText(newInstanceUid())).not.toBe(uidToText(newInstanceUid()));
});

test("an id and its text stand for each other", () => {
  const text = "018f4d2c-5a6b-7c8d-9e0f-0123456789ab";
  expect(uidToText(uidFromText(text)!)).toBe(text);
  expect(uidToText(uidFromText(text.toUpperCase())!)).toBe(text);
});

test.each([
  "01ARZ3NDEKTSV4RRFFQ69G5FAV",
  "00000000000000000000000000",
  "7ZZZZZZZZZZZZZZZZZZZZZZZZZ",
])("the ULID %s is the same sixteen bytes as its UUID", (ulid) => {
  expect(uidToText(uidFromText(ulid)!)).toBe(ulidToUUID(ulid).toLowerCase());
  expect(uidToText(uidFromText(ulid.toLowerCase())!)).toBe(ulidToUUID(ulid).toLowerCase());
});

test.each([
  "",
  "018f4d2c5a6b7c8d9e0f0123456789ab",
  "018f4d2c-5a6b-7c8d-9e0f-0123456789a",
  "018f4d2c-5a6b-7c8d-9e0f-0123456789ag",
  "018f4d2c-5a6b-7c8d-9e0f-0123456789ab\n",
  "8ZZZZZZZZZZZZZZZZZZZZZZZZZ",
  "01ARZ3NDEKTSV4RRFFQ69G5FAI",
  "01ARZ3NDEKTSV4RRFFQ69G5FA",
])("%j is not an id", (text) => {
  expect(uidFromText(text)).toBeUndefined();
});

test("a name gives the same id always, a UUID of version 5, and another name another one", () => {
  expect(uidToText(uidOfName("prod/agent/node-1"))).toBe("68cb29a5-3cd2-5a94-b430-8e7bfa3267a5");
  expect(uidOfName("prod/agent/node-2")).not.toEqual(uidOfName("prod/agent/node-1"));
});

test.each([0, 1, 16, 36])("%i zeros are nobody", (length) => {
  expect(namesNobody(new Uint8Array(length))).toBe(true);
});

test("an id is not nobody", () => {
  expect(namesNobody(newInstanceUid())).toBe(false);
});

test.each([
  ["018f4d2c-5a6b-7c8d-9e0f-0123456789ab", true],
  ["018F4D2C-5A6B-7C8D-9E0F-0123456789AB", true],
  ["01HX6JRPKBFJ6SW3R14D2PF2DB", true],
  ["018f4d2c-5a6b-7c8d-9e0f-0123456789ac", false],
  ["018f4d2c-5a6b-7c8d-9e0f-0123456789ab 018f4d2c-5a6b-7c8d-9e0f-0123456789ab", false],
  ["agent", false],
  ["", false],
])("that the text %j stands for the id is %s", (text, expected) => {
  const uid = uidFromText("018f4d2c-5a6b-7c8d-9e0f-0123456789ab")!;
  expect(standsFor(new TextEncoder().encode(text), uid)).toBe(expected);
});

test("the bytes of an id stand for it, and those of another one do not", () => {
  const uid = newInstanceUid();
  expect(standsFor(Uint8Array.from(uid), uid)).toBe(true);
  expect(standsFor(uid.subarray(0, 15), uid)).toBe(false);
  expect(standsFor(newInstanceUid(), uid)).toBe(false);
});
