import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { devSettings, devVariables } from "../../../src/cli/dev/dev-settings.ts";
import { surroundings } from "../../../src/cli/surroundings.ts";
import { knownKeys } from "../../../src/supervisor/settings/keys/known-keys.ts";
import { readSettings } from "../../../src/supervisor/settings/read/read-settings.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

const here = surroundings();

function fileWith(endpoint: string): string {
  const path = join(temporaryFolder(), "supervisor.yaml");
  writeFileSync(
    path,
    `server: {endpoint: "${endpoint}"}\nagent: {executable: "\${OTELCOL_COLLECTOR_BINARY}"}\nstorage: {directory: ./storage}\n`,
  );
  return path;
}

test("without a file of one's own the supervisor moves with the port, and so does its storage", () => {
  const settings = devSettings(undefined, "5320", here);
  if (typeof settings === "string") throw new Error(settings);
  expect(settings).toMatchObject({ ours: true, opampPort: "5320", tls: true });
  const variables = devVariables("wss://127.0.0.1:5320/v1/opamp", undefined);
  const known = { ...variables, OTELCOL_COLLECTOR_BINARY: process.execPath };
  const read = readSettings(settings.config, new Map(Object.entries(known)), temporaryFolder());
  expect(read.problems).toEqual([]);
  expect(read.settings?.server.endpoint).toBe("wss://127.0.0.1:5320/v1/opamp");
  expect(read.settings?.storage.directory).toMatch(/\/storage-5320$/);
});

test("the usual port has the usual storage, and the packages' key is the one that is believed", () => {
  const key = "A".repeat(43) + "=";
  expect(devVariables("wss://127.0.0.1:4320/v1/opamp", key)).toEqual({
    OPAMPSUPERVISOR_DEV_PORT: "4320",
    OPAMPSUPERVISOR_DEV_KEY: key,
    OPAMPSUPERVISOR_DEV_STORAGE: "./storage",
  });
});

test("every capability is switched on in examples/dev.yaml", () => {
  const text = readFileSync(join(here.packageDirectory, "examples/dev.yaml"), "utf8");
  const capabilities = Object.keys(knownKeys)
    .filter((key) => /^capabilities\.\w+$/.test(key))
    .map((key) => key.slice("capabilities.".length));
  expect(capabilities.length).toBeGreaterThan(10);
  expect(capabilities.filter((key) => !text.includes(`\n  ${key}: true\n`))).toEqual([]);
});

test.each([
  ["wss://127.0.0.1:5320/v1/opamp", undefined, { opampPort: "5320", tls: true }],
  ["ws://localhost:5320/v1/opamp", undefined, { opampPort: "5320", tls: false }],
  ["http://[::1]:5320/v1/opamp", "5320", { opampPort: "5320", tls: false }],
  ["wss://localhost/v1/opamp", undefined, { opampPort: "443", tls: true }],
])("a file that names %s and --port %s", (endpoint, port, expected) => {
  const settings = devSettings(fileWith(endpoint), port, here);
  expect(settings).toMatchObject({ ...expected, ours: false, note: undefined });
});

test("a port that contradicts the file is refused with both ways out", () => {
  const answer = devSettings(fileWith("wss://127.0.0.1:4320/v1/opamp"), "5320", here);
  expect(answer).toContain("expected --port 4320");
  expect(answer).toContain("leave --port out, or write endpoint: wss://127.0.0.1:5320/v1/opamp");
});

test("a file for another server is run, and it is said that its agent is not on the page", () => {
  const settings = devSettings(fileWith("wss://opamp.example.com/v1/opamp"), "5320", here);
  expect(settings).toMatchObject({ opampPort: "5320" });
  expect(typeof settings === "string" ? "" : settings.note).toContain(
    "opamp.example.com: its agent is not on this page",
  );
});

test("S-003 what is wrong with a file is left to the supervisor, and the port is the usual one", () => {
  expect(devSettings("/nowhere/supervisor.yaml", undefined, here)).toMatchObject({
    opampPort: "4320",
    note: undefined,
  });
});
