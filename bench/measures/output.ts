import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { nopConfig } from "../../test/helpers/agent/agent-configs.ts";
import { cpuMs } from "../../test/helpers/agent/processes.ts";
import { nobody, settingsFor } from "../../test/helpers/e2e/settings-text.ts";
import { type Contender, environment } from "../contender.ts";
import type { Measure } from "../measure.ts";
import { pause } from "../world.ts";

const agent = resolve("test/fixtures/agents/floods.mjs");
const seconds = 5;
const linesPerSecond = 200_000;
/** As floods.mjs writes them. */
const bytesPerLine = { console: 152, json: 185 } as const;

type Encoding = keyof typeof bytesPerLine;

/** What the agent's output costs the supervisor: into agent.log, and through the supervisor's own log. */
export const output: Measure = {
  name: "output",
  oursOnly: true,
  rounds: 1,
  run: async (_, contender) => ({
    ...(await flood(contender, "agent.log", "", "storage/agent.log", "console")),
    ...(await flood(contender, "passthrough", "passthrough_logs: true", "own.log", "console")),
    ...(await flood(contender, "passthrough, JSON", "passthrough_logs: true", "own.log", "json")),
  }),
};

async function flood(
  { program, args }: Contender,
  what: string,
  setting: string,
  log: string,
  encoding: Encoding,
): Promise<Record<string, number>> {
  const folder = mkdtempSync(join(tmpdir(), "opampsupervisor-bench-"));
  writeFileSync(join(folder, "local.yaml"), nopConfig(undefined, { health: "127.0.0.1:13997" }));
  const variables = `  env: {SECONDS: "${seconds}", LINES_PER_SECOND: "${linesPerSecond}", ENCODING: ${encoding}}\n`;
  writeFileSync(
    join(folder, "supervisor.yaml"),
    settingsFor(nobody, {
      executable: agent,
      configFiles: ["local.yaml"],
      capabilities: [],
      agent: `${variables}  ${setting}\n`,
      more: "telemetry: {logs: {output_paths: [own.log]}}\n",
    }),
  );
  const child = spawn(program, [...args, "--config=supervisor.yaml"], {
    cwd: folder,
    env: environment,
    stdio: "ignore",
  });
  await pause(1_000);
  const before = cpuMs(child.pid ?? 0);
  await pause((seconds + 2) * 1_000);
  const spent = cpuMs(child.pid ?? 0) - before;
  const lines = linesIn(join(folder, log)) ?? linesIn(join(folder, `${log}.1`)) ?? NaN;
  const exit = once(child, "exit");
  child.kill("SIGTERM");
  await exit;
  rmSync(folder, { recursive: true, force: true });
  const megabytes = (lines * bytesPerLine[encoding]) / 1e6;
  return {
    [`lines per second, ${what}`]: lines / seconds,
    [`CPU per 100 MB, ${what}`]: (spent / megabytes) * 100,
  };
}

/** The agent's last record says how many lines it has written. */
function linesIn(path: string): number | undefined {
  if (!existsSync(path)) return undefined;
  const end = readFileSync(path).subarray(-4096).toString("utf8");
  const [, lines] = /Flooded.*"lines":(\d+)/.exec(end) ?? [];
  return lines === undefined ? undefined : Number(lines);
}
