import { test, expect } from "vitest";
import { AgentCapability as Can } from "../../../../src/opamp-client/wire/messages.ts";
import { capabilityBits } from "../../../../src/supervisor/core/report/capability-bits.ts";

test("a status is always reported", () => {
  expect(capabilityBits({})).toBe(Can.ReportsStatus);
});

test("each wish is a bit, and what is not wished for is none", () => {
  const bits = capabilityBits({ reportsOwnLogs: true, reportsHealth: false });
  expect(bits).toBe(Can.ReportsStatus | Can.ReportsOwnLogs);
});

test("what became of offers is told only where any are taken", () => {
  const reportsConnectionSettingsStatus = true;
  expect(capabilityBits({ reportsConnectionSettingsStatus })).toBe(Can.ReportsStatus);
  const taking = { reportsConnectionSettingsStatus, acceptsOpampConnectionSettings: true };
  expect(capabilityBits(taking) & Can.ReportsConnectionSettingsStatus).not.toBe(0n);
});

test("who takes packages tells what became of them", () => {
  const bits = capabilityBits({ acceptsPackages: true });
  expect(bits).toBe(Can.ReportsStatus | Can.AcceptsPackages | Can.ReportsPackageStatuses);
});
