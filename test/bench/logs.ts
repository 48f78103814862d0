import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { resolve, join } from "node:path";
import { nopConfig } from "../helpers/agent/agent-configs.ts";
import { cpuMs } from "../helpers/agent/processes.ts";
import { nobody, settingsFor } from "../helpers/e2e/settings-text.ts";

/** Prints what the agent's output costs the supervisor: into agent.log, and through the supervisor's own log. */

const program = resolve("bin/opampsupervisor.cjs");
const agent = resolve("test/fixtures/agents/floods.mjs");
const seconds = 5;
const linesPerSecond = 200_000;

function start(folder: string, settings: string, encoding: string): ChildProcess {
  writeFileSync(join(folder, "local.yaml"), nopConfig(undefined, { health: "127.0.0.1:13997" }));
  writeFileSync(
    join(folder, "supervisor.yaml"),
    settingsFor(nobody, {
      executable: agent,
      configFiles: ["local.yaml"],
      capabilities: [],
      agent: `  env: {SECONDS: "${seconds}", LINES_PER_SECOND: "${linesPerSecond}", ENCODING: ${encoding}}\n  ${settings}\n`,
      more: "telemetry: {logs: {output_paths: [own.log]}}\n",
    }),
  );
  return spawn(process.execPath, [program, "--config=supervisor.yaml"], {
    cwd: folder,
    stdio: ["ignore", "ignore", "inherit"],
  });
}

/** The agent's last record says how many lines it has written. */
function linesIn(path: string): number | undefined {
  if (!existsSync(path)) return undefined;
  const end = readFileSync(path).subarray(-4096).toString("utf8");
  const [, lines] = /Flooded.*"lines":(\d+)/.exec(end) ?? [];
  return lines === undefined ? undefined : Number(lines);
}

async function measure(
  what: string,
  settings: string,
  log: string,
  encoding = "console",
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "opampsupervisor-bench-"));
  const daemon = start(folder, settings, encoding);
  await new Promise((done) => setTimeout(done, 1000));
  const before = cpuMs(daemon.pid ?? 0);
  await new Promise((done) => setTimeout(done, (seconds + 2) * 1000));
  const spent = cpuMs(daemon.pid ?? 0) - before;
  const lines = linesIn(join(folder, log)) ?? linesIn(join(folder, `${log}.1`)) ?? NaN;
  // As floods.mjs writes them.
  const megabytes = (lines * (encoding === "json" ? 185 : 152)) / 1e6;
  process.stdout.write(
    `${what.padEnd(34)} ${Math.round(lines / seconds)} lines/s, ${Math.round(megabytes)} MB: ` +
      `${spent} ms of CPU, ${Math.round((spent / megabytes) * 100)} ms per 100 MB\n`,
  );
  daemon.kill("SIGTERM");
  await once(daemon, "exit");
  rmSync(folder, { recursive: true, force: true });
}

await measure("into agent.log", "passthrough_logs: false", "storage/agent.log");
await measure("through the log, console records", "passthrough_logs: true", "own.log");
await measure("through the log, JSON records", "passthrough_logs: true", "own.log", "json");
