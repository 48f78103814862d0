import { expect, test } from "vitest";
import { sameLease, standBy } from "../../src/cli/stand-by.ts";
import { keptLog } from "../helpers/log-lines.ts";
import { createFolder, settingsOf } from "../supervisor/settings/fixture-folder.ts";

const server = "server: {endpoint: 'ws://127.0.0.1:4320/v1/opamp'}\n";
const child = () => {
  const folder = createFolder();
  folder.program("otelcol");
  return settingsOf(folder.read(`${server}agent: {executable: ./otelcol}\n`));
};
const fleet = (more = "") =>
  settingsOf(
    createFolder().read(
      `${server}agent: {mode: kubernetes, kubernetes: {namespace: n, workload: deployment/otel, config_map: c, key: k, token_file: /token, ${more}}}\n`,
    ),
  );

test("a supervisor of a process waits for nobody, and takes no signals", async () => {
  const { log, lines } = keptLog();
  let handed = 0;
  const turn = await standBy(child(), {
    ...{ environment: new Map(), version: "1", log, terminal: false, reopen: () => undefined },
    signals: { handTo: () => void (handed += 1) },
  });
  expect(turn?.lead.waited).toBe(false);
  expect(turn?.stopped()).toBe(false);
  expect(handed).toBe(0);
  expect(lines.all).toEqual([]);
  await turn?.lead.giveBack();
});

test("settings that were read again may be of another lease", () => {
  expect(sameLease(child(), child())).toBe(true);
  expect(sameLease(fleet(), fleet("take_over: true, progress_deadline: 1m"))).toBe(true);
  expect(sameLease(fleet(), fleet("lease: other"))).toBe(false);
  expect(sameLease(fleet(), fleet("lease_duration: 1m"))).toBe(false);
  expect(sameLease(fleet(), fleet("endpoint: 'https://10.0.0.2'"))).toBe(false);
  expect(sameLease(fleet(), child())).toBe(false);
});
