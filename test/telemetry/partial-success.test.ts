import { test, expect } from "vitest";
import { rejectedIn } from "../../src/telemetry/partial-success.ts";
import { encodeOtlp } from "../helpers/otlp/otlp-messages.ts";

const protobuf = "application/x-protobuf";
const json = "application/json; charset=utf-8";
const part = "the receiver took only a part";

const signals = [
  ["ExportLogsServiceResponse", "rejectedLogRecords"],
  ["ExportMetricsServiceResponse", "rejectedDataPoints"],
  ["ExportTraceServiceResponse", "rejectedSpans"],
] as const;

test.each(signals)("%s says how many were not taken, and why", (name, count) => {
  const answer = (items: number | string) => ({
    partialSuccess: { [count]: items, errorMessage: "too old" },
  });
  const rejected = { items: 300, why: `${part}: too old` };
  expect(rejectedIn(protobuf, encodeOtlp(name, answer(300)))).toEqual(rejected);
  // 64-bit numbers are texts in JSON, but not for everybody.
  for (const items of [300, "300"]) {
    expect(rejectedIn(json, Buffer.from(JSON.stringify(answer(items))))).toEqual(rejected);
  }
});

test("a receiver that gives no reason needs none, and a long one is cut", () => {
  const answer = (partialSuccess: object) =>
    rejectedIn(protobuf, encodeOtlp("ExportLogsServiceResponse", { partialSuccess }));
  expect(answer({ rejectedLogRecords: 1 })?.why).toBe(part);
  const errorMessage = "x".repeat(10_000);
  expect(answer({ rejectedLogRecords: 1, errorMessage })?.why).toHaveLength(part.length + 302);
});

test.each([
  ["nothing", protobuf, []],
  ["a warning alone", protobuf, [10, 3, 18, 1, 97]],
  ["a number below zero", protobuf, [10, 11, 8, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1]],
  ["a length beyond its end", protobuf, [10, 100, 8, 1]],
  ["a number without an end", protobuf, [10, 2, 8, 255]],
  ["a field of another type", protobuf, [8, 1]],
  ["a group in a group", protobuf, Array.from({ length: 60_000 }, () => 11)],
  ["a page", "text/html", [10, 2, 8, 1]],
  ["no type", "", [10, 2, 8, 1]],
  ["no JSON", json, [...Buffer.from("<html>")]],
  ["null", json, [...Buffer.from('{"partialSuccess":null}')]],
  ["a text for a number", json, [...Buffer.from('{"partialSuccess":{"rejectedSpans":"many"}}')]],
] as const)("%s (%s) means that all was taken", (_, type, bytes) => {
  expect(rejectedIn(type, Uint8Array.from(bytes))).toBeUndefined();
});

test("fields that are not known here are skipped", () => {
  const bytes = Uint8Array.from([18, 1, 0, 10, 7, 26, 1, 0, 8, 2, 32, 9]);
  expect(rejectedIn(protobuf, bytes)).toEqual({ items: 2, why: part });
});
