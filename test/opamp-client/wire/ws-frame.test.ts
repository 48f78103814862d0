import { test, expect } from "vitest";
import { addFrameHeader, readFrame } from "../../../src/opamp-client/wire/ws-frame.ts";

test("a frame is one zero byte and the message", () => {
  expect([...addFrameHeader(Uint8Array.of(7, 8))]).toEqual([0, 7, 8]);
  expect([...addFrameHeader(new Uint8Array())]).toEqual([0]);
});

test.each([
  ["one byte", [0, 7, 8], [7, 8]],
  ["one byte and an empty message", [0], []],
  ["a long zero", [0x80, 0, 7], [7]],
  ["the longest zero", [...Array<number>(9).fill(0x80), 0, 7], [7]],
  ["a zero, and a message that begins with zero", [0, 0, 7], [0, 7]],
])("a header of %s is taken off", (_what, frame, message) => {
  expect([...readFrame(Uint8Array.from(frame))!]).toEqual(message);
});

test.each([
  ["no bytes at all", []],
  ["header 1", [1, 7]],
  ["header 300", [0xac, 2, 7]],
  ["a header that is zero only in its first seven bits", [0x80, 1, 7]],
  ["a header without end", [0x80, 0x80]],
  ["a header of eleven bytes", [...Array<number>(10).fill(0x80), 0, 7]],
])("%s is refused", (_what, frame) => {
  expect(readFrame(Uint8Array.from(frame))).toBeUndefined();
});
