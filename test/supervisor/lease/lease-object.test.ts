import { expect, test } from "vitest";
import {
  freeLease,
  leaseRecord,
  newLease,
  takenLease,
} from "../../../src/supervisor/lease/lease-object.ts";

const wall = { unixMs: Date.UTC(2026, 0, 2, 3, 4, 5, 6) };
const writer = { me: "a", durationMs: 6_500, wall };
const at = "2026-01-02T03:04:05.006000Z";
const text = (spec: unknown, resourceVersion: unknown = "7") =>
  JSON.stringify({ metadata: { resourceVersion }, spec });

test("a lease is read as it is written", () => {
  const made = newLease("x", writer) as { readonly spec: object };
  expect(made.spec).toMatchObject({ renewTime: at, acquireTime: at, leaseDurationSeconds: 7 });
  expect(leaseRecord(text(made.spec))).toMatchObject({
    ...{ version: "7", holder: "a", durationMs: 7_000, transitions: 0 },
  });
});

test("a renewal changes the time alone; a new holder counts as a transition", () => {
  const lease = {
    ...{ version: "7", holder: "a", mark: "", durationMs: 1_000, transitions: 3, tenure: "" },
  };
  expect(takenLease(lease, false, writer)).toEqual({
    metadata: { resourceVersion: "7" },
    spec: { holderIdentity: "a", leaseDurationSeconds: 7, renewTime: at },
  });
  expect(takenLease(lease, true, writer)).toMatchObject({
    spec: { holderIdentity: "a", acquireTime: at, leaseTransitions: 4 },
  });
  expect(freeLease(lease, wall)).toMatchObject({
    ...{ metadata: { resourceVersion: "7" }, spec: { holderIdentity: "" } },
  });
});

test.each([
  ["no text", ""],
  ["no object", "null"],
  ["a list", "[]"],
  ["a page of a proxy", "<html>"],
  ["no version", text({ holderIdentity: "a" }, null)],
  ["a version that is a number", text({ holderIdentity: "a" }, 7)],
])("%s is no lease", (_, found) => {
  expect(leaseRecord(found)).toBeUndefined();
});

test.each([
  ["nothing in it", undefined],
  ["null", null],
  ["null in it", { holderIdentity: null, leaseDurationSeconds: null, leaseTransitions: null }],
  ["other types", { holderIdentity: 3, leaseDurationSeconds: "x", leaseTransitions: "y" }],
  ["times that nobody can mean", { holderIdentity: "", leaseDurationSeconds: 1e12 }],
  ["a time before now", { holderIdentity: "", leaseDurationSeconds: -1 }],
])("a lease with %s is held by nobody, for no time", (_, spec) => {
  expect(leaseRecord(text(spec))).toMatchObject({ holder: "", durationMs: undefined });
  expect(leaseRecord(text(spec))?.transitions).toBe(0);
});

test("what its holder has not written does not make it younger", () => {
  const spec = { holderIdentity: "a", leaseDurationSeconds: 7, renewTime: at };
  const annotated = { metadata: { resourceVersion: "9", annotations: { x: "y" } }, spec };
  expect(leaseRecord(JSON.stringify(annotated))?.mark).toBe(leaseRecord(text(spec))?.mark);
  const renewed = leaseRecord(text({ ...spec, renewTime: at.replace("006", "007") }));
  expect(renewed?.tenure).toBe(leaseRecord(text(spec))?.tenure);
  expect(renewed?.mark).not.toBe(leaseRecord(text(spec))?.mark);
});
