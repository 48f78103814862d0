import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { nopConfig } from "../../helpers/agent/agent-configs.ts";
import {
  collectorPath,
  eventually,
  patienceMs,
  scratchFolder,
  startDaemon,
  writeSettings,
  type Daemon,
} from "../../helpers/e2e/daemon.ts";

const logrotate = process.env["TEST_LOGROTATE"] ?? "logrotate";
const lacks = spawnSync(logrotate, ["--version"]).error !== undefined;
const page = readFileSync(join(import.meta.dirname, "../../../docs/log-files.md"), "utf8");
const snippet = /```text\n(\/var\/log.*?)```/s.exec(page)?.[1] ?? "";

interface Scene {
  readonly folder: string;
  readonly settings: string;
  readonly logs: string;
  readonly daemon: Daemon;
}

async function loggingScene(): Promise<Scene> {
  const folder = scratchFolder();
  const logs = join(folder, "logs");
  mkdirSync(logs);
  writeFileSync(join(folder, "local.yaml"), nopConfig("one"));
  const settings = [
    "server: {endpoint: ws://127.0.0.1:9/v1/opamp}",
    `agent: {executable: ${collectorPath()}, config_files: [local.yaml]}`,
    "storage: {directory: storage}",
    "telemetry: {logs: {output_paths: [stdout, logs/supervisor.log]}}\n",
  ].join("\n");
  const daemon = startDaemon(folder, settings);
  await daemon.waitForLog("agent process started");
  return { folder, settings, logs, daemon };
}

const hangUps = (text: string): number => text.split('"signal":"SIGHUP"').length - 1;

test.skipIf(lacks)(
  "logrotate with the lines of docs/log-files.md loses no line, also while the settings are wrong",
  async () => {
    const { folder, settings, logs, daemon } = await loggingScene();
    const said = (name: string): string => readFileSync(join(logs, name), "utf8");
    const conf = join(folder, "logrotate.conf");
    const own = snippet
      .replace("/var/log/opampsupervisor/", `${logs}/`)
      .replace(/^ *systemctl .*$/m, `        kill -HUP ${daemon.pid}`);
    expect(own).toContain(String(daemon.pid));
    writeFileSync(conf, own);
    chmodSync(conf, 0o644);
    const rotate = (): void => {
      execFileSync(logrotate, ["--force", "--state", join(folder, "logrotate.state"), conf]);
    };
    rotate();
    await eventually(
      () => readdirSync(logs).includes("supervisor.log") && hangUps(said("supervisor.log")) === 1,
    );
    expect(statSync(join(logs, "supervisor.log")).mode & 0o777).toBe(0o600);
    expect(said("supervisor.log.1")).toContain("agent process started");
    writeSettings(folder, `${settings}nonsense: true\n`);
    rotate();
    await eventually(
      () => readdirSync(logs).includes("supervisor.log") && hangUps(said("supervisor.log")) === 1,
    );
    const all = [
      execFileSync("gzip", ["-dc", join(logs, "supervisor.log.2.gz")], { encoding: "utf8" }),
      said("supervisor.log.1"),
    ].join("");
    const lines = all.trimEnd().split("\n");
    // The files are ahead of what has come through the pipe.
    await eventually(() => daemon.lines.length >= lines.length);
    const seen = daemon.lines.slice(0, lines.length).map((line) => JSON.stringify(line));
    expect(lines.map((line) => JSON.stringify(JSON.parse(line)))).toEqual(seen);
  },
  3 * patienceMs,
);

test(
  "a log file that was moved away is made anew on SIGHUP",
  async () => {
    const { logs, daemon } = await loggingScene();
    const path = join(logs, "supervisor.log");
    execFileSync("mv", [path, `${path}.old`]);
    daemon.signal("SIGHUP");
    await eventually(
      () =>
        readdirSync(logs).includes("supervisor.log") && hangUps(readFileSync(path, "utf8")) === 1,
    );
  },
  2 * patienceMs,
);
