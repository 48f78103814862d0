import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { inUse, withoutNextStart } from "../../../src/supervisor/inputs/in-use.ts";
import { readSettings } from "../../../src/supervisor/settings/read/read-settings.ts";
import type { Settings } from "../../../src/supervisor/settings/settings.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

const own = new Map([
  ["TOKEN", "a secret"],
  ["OTHER", "no secret"],
]);

/** The settings with these headers for the server. */
function settingsWith(headers: string): Settings {
  const folder = temporaryFolder();
  const text = `server: {endpoint: "ws://127.0.0.1:4320/v1/opamp", headers: ${headers}}\nagent: {executable: /bin/sh}\nstorage: {directory: /tmp/x}\n`;
  writeFileSync(join(folder, "supervisor.yaml"), text);
  const { settings, problems } = readSettings("supervisor.yaml", own, folder);
  if (settings === undefined) throw new Error(JSON.stringify(problems));
  return settings;
}

test("a variable that held a credential of ours stays none of the agent's when the settings name it no more", () => {
  const named = settingsWith('{authorization: "Bearer ${env:TOKEN}"}');
  expect(inUse(named, own, []).withheld).toEqual(["TOKEN"]);
  const literal = withoutNextStart(named, settingsWith("{authorization: Bearer abc}"));
  const again = withoutNextStart(literal, settingsWith('{other: "${env:OTHER}"}'));
  expect(inUse(literal, own, []).withheld).toEqual(["TOKEN"]);
  expect(inUse(again, own, []).withheld).toEqual(["OTHER", "TOKEN"]);
  expect([...inUse(again, own, []).environment.keys()]).toEqual([]);
});
