import { expect, test } from "vitest";
import { faultOfSetting, settingMatches } from "../../src/policy/not-places.ts";
import type { Part } from "../../src/policy/parts.ts";

const part: Part = {
  section: "receivers",
  type: "filelog",
  place: ["receivers", "file_log/a"],
  leaves: [],
  own: false,
};
const leaf = { path: [...part.place, "a", "[0]", "B"], key: "b", text: "x" };

test("an entry covers a setting of all components of a type, and what is below it", () => {
  for (const entry of [
    ...["receivers.filelog.a.b", "receivers.file_log.a", "receivers.filelog", "receivers.*.a"],
    ...["receivers.filelog.*.b"],
  ]) {
    expect(settingMatches(entry, leaf, part), entry).toBe(true);
  }
  for (const entry of [
    "exporters.filelog",
    "receivers.filelog.b",
    "receivers.tcplog",
    "receivers.filelog.a.b.c",
  ]) {
    expect(settingMatches(entry, leaf, part), entry).toBe(false);
  }
});

test("the agent's own telemetry is named by its path", () => {
  const own = { path: ["service", "telemetry", "x", "y"], key: "y", text: "z" };
  expect(settingMatches("service.telemetry.x", own, undefined)).toBe(true);
  expect(settingMatches("service.telemetry.z", own, undefined)).toBe(false);
});

test("an entry names a section and what is in it", () => {
  for (const entry of ["exporters.signalfx.realm", "receivers.*", "service.telemetry"]) {
    expect(faultOfSetting(entry), entry).toBeUndefined();
  }
  for (const entry of ["", "realm", "exporter.x", "exporters.", "exporters.x..y"]) {
    expect(faultOfSetting(entry), entry).toBeDefined();
  }
});
