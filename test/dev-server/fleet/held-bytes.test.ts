import { expect, test } from "vitest";
import {
  countedAnew,
  heldOf,
  mebibytes,
  noteSources,
  tooMuchOf,
  withoutBiggest,
} from "../../../src/dev-server/fleet/held-bytes.ts";
import {
  blankRecord,
  type KnownAgent,
  shortText,
} from "../../../src/dev-server/fleet/known-agent.ts";
import { ConfigStatus } from "../../../src/opamp-client/wire/messages.ts";
import { uidOf } from "../raw-agent.ts";

const blank = blankRecord("uid", uidOf(1), { at: "closed", since: 0, why: "" }, 0);

function with_(before: KnownAgent, change: Partial<KnownAgent>, bytes: number): KnownAgent {
  return noteSources(before, { ...before, ...change }, bytes);
}

test("a message of which several parts are held counts once, and goes when the last is replaced", () => {
  const health = { healthy: true };
  const first = with_(blank, { health, effectiveConfig: {} }, 100);
  expect(heldOf(first)).toBe(100);
  const second = with_(first, { health: { healthy: true } }, 7);
  expect(heldOf(second)).toBe(107);
  const third = with_(second, { effectiveConfig: {} }, 5);
  expect(heldOf(third)).toBe(12);
  expect(with_(third, { lastSeenAt: 9 }, 50).sources).toBe(third.sources);
});

test("an agent without its biggest message keeps the rest, and what answers depend on in short", () => {
  const buffer = new Uint8Array(5_000).fill(7);
  const remoteConfigStatus = {
    lastRemoteConfigHash: buffer.subarray(10, 42),
    status: ConfigStatus.Failed,
    errorMessage: "x".repeat(3_000),
  };
  const settingsStatus = {
    lastConnectionSettingsHash: buffer.subarray(50, 82),
    status: ConfigStatus.Applied,
  };
  const big = {
    remoteConfigStatus,
    settingsStatus,
    effectiveConfig: {},
    customCapabilities: ["a"],
  };
  const record = with_(with_(blank, big, 5_000_000), { health: { healthy: true } }, 50);
  const less = withoutBiggest(record);
  expect(heldOf(less)).toBe(50);
  expect([less.effectiveConfig, less.customCapabilities, less.health?.healthy]).toEqual([
    undefined,
    [],
    true,
  ]);
  expect(less.remoteConfigStatus).toEqual({
    lastRemoteConfigHash: new Uint8Array(32).fill(7),
    status: ConfigStatus.Failed,
    errorMessage: `${"x".repeat(1_000)}…`,
  });
  expect(less.remoteConfigStatus?.lastRemoteConfigHash?.buffer.byteLength).toBe(32);
  expect(less.settingsStatus?.lastConnectionSettingsHash?.buffer.byteLength).toBe(32);
  expect(tooMuchOf(less)).toEqual({
    text: "Too much to keep: 4.8 MiB with what it runs, what custom messages it understands, the whole of what it says of its configuration, the whole of what it says of its connections.",
    parts: ["effectiveConfig", "customCapabilities", "remoteConfigStatus", "settingsStatus"],
  });
  expect(tooMuchOf(record)).toBeUndefined();
  expect(heldOf(withoutBiggest(withoutBiggest(less)))).toBe(0);
});

test("what was read from the disk is counted by what it is", () => {
  const body = new Uint8Array(4_000);
  const effectiveConfig = { configMap: { configMap: new Map([["a", { body }]]) } };
  const read = countedAnew({ ...blank, effectiveConfig, health: { lastError: "x".repeat(500) } });
  expect(heldOf(read)).toBeGreaterThanOrEqual(4_500);
  expect(heldOf(read)).toBeLessThan(4_700);
  expect(withoutBiggest(read).effectiveConfig).toBeUndefined();
  expect(withoutBiggest(read).health).toBeDefined();
});

test.each([
  [67_108_864, "64 MiB"],
  [5_000_000, "4.8 MiB"],
  [10_000, "0.1 MiB"],
])("%d bytes are %s", (bytes, text) => {
  expect(mebibytes(bytes)).toBe(text);
});

test("a text is cut only when it is long", () => {
  expect([shortText("abc", 3), shortText("abcd", 3)]).toEqual(["abc", "abc…"]);
});
