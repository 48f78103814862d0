import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { resolve, join } from "node:path";
import { createDevServer } from "../../src/dev-server/server.ts";
import { manyPipelines, nopConfig } from "../helpers/agent/agent-configs.ts";
import { cpuMs } from "../helpers/agent/processes.ts";
import { settingsFor } from "../helpers/e2e/settings-text.ts";
import { agentPid, median, megabytesOf, show } from "./figures.ts";
import { bareCollector, environment, start, stop } from "./processes.ts";

/**
 * Prints what a large configuration costs on its whole way, from the offer until the collector, with its opamp extension
 * where it has one, has started and is quiet again; beside the bare collector of the same run.
 */

const rounds = 3;
const patienceMs = 180_000;
const [program = "", collector = ""] = process.argv.slice(2).map((path) => resolve(path));

/**
 * Pipelines, and how much of the supervisor's CPU they may cost all in all. The smallest is below the bound for the
 * extension; what it takes is the time in which any configuration has to prove itself.
 */
const sizes = [
  { pipelines: 200, goalMs: undefined },
  { pipelines: 1_000, goalMs: 250 },
  { pipelines: 5_000, goalMs: 1_000 },
] as const;

const telemetry = "metrics: {level: none}";

/** Resolves when a process has used next to no CPU for a second. */
async function quiet(pid: number): Promise<void> {
  for (let before = -Infinity; cpuMs(pid) - before > 20;) {
    before = cpuMs(pid);
    await new Promise((done) => setTimeout(done, 1_000));
  }
}

/** What Node itself uses until it runs something: on a busy machine everything takes that much longer. */
function bareNodeCpuMs(): number {
  const sum = "Object.values(process.cpuUsage()).reduce((one, other) => one + other) / 1000";
  return Number(
    execFileSync(process.execPath, ["-p", sum], { encoding: "utf8", env: environment }),
  );
}

async function validate(configs: readonly string[]): Promise<number> {
  const begin = performance.now();
  const args = configs.flatMap((config) => ["--config", config]);
  await once(
    spawn(collector, ["validate", ...args], { env: environment, stdio: "ignore" }),
    "exit",
  );
  return performance.now() - begin;
}

async function measure(folder: string): Promise<void> {
  const server = await createDevServer({
    pageDirectory: join(import.meta.dirname, "../src/dev-server/page"),
    opampPort: 0,
    pagePort: 0,
  });
  const [localPath, offeredPath] = [join(folder, "local.yaml"), join(folder, "offered.yaml")];
  writeFileSync(localPath, nopConfig(undefined, { health: "localhost:13133", telemetry }));
  writeFileSync(
    join(folder, "supervisor.yaml"),
    settingsFor(server.opampUrl, { executable: collector, configFiles: ["local.yaml"] }),
  );
  show("CPU of bare node", Array.from({ length: rounds }, bareNodeCpuMs));
  for (const { pipelines, goalMs } of sizes) {
    const bare: number[] = [];
    const bareCpu: number[] = [];
    const applied: number[] = [];
    const cpu: number[] = [];
    const agentCpu: number[] = [];
    const peak: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const text = manyPipelines(pipelines, `_${round}`);
      writeFileSync(offeredPath, text);
      const validation = await validate([localPath, offeredPath]);
      const started = await bareCollector(collector, [localPath, offeredPath], (pid) =>
        bareCpu.push(cpuMs(pid ?? 0)),
      );
      bare.push(validation + started);
      rmSync(join(folder, "storage"), { recursive: true, force: true });
      const daemon = await start(program, folder, server, patienceMs);
      const { pid = 0 } = daemon.child;
      await quiet(pid);
      const before = cpuMs(pid);
      const offered = performance.now();
      const agent = server.agents().find(({ connected }) => connected);
      server.offerConfig(agent?.uid ?? "", text);
      applied.push(await daemon.since("remote config applied", offered));
      await quiet(agentPid(pid));
      cpu.push(cpuMs(pid) - before);
      agentCpu.push(cpuMs(agentPid(pid)));
      peak.push(megabytesOf(pid, "VmHWM"));
      await stop(daemon);
    }
    const kilobytes = Math.round(manyPipelines(pipelines, "_0").length / 1_000);
    const size = `${pipelines} pipelines (${kilobytes} kB)`;
    show(`${size}: bare validate + start`, bare);
    const goals =
      goalMs === undefined ? ["", ""] : [`${Math.round(2 * median(bare))} ms`, `${goalMs} ms`];
    show(`${size}: offer -> APPLIED`, applied, "ms", goals[0]);
    show(`${size}: CPU of the supervisor`, cpu, "ms", goals[1]);
    show(`${size}: CPU of the bare collector`, bareCpu);
    show(`${size}: CPU of the supervised one`, agentCpu);
    show(`${size}: peak memory`, peak, "MB", "160 MB");
  }
  await server.close();
}

const folder = mkdtempSync(join(tmpdir(), "opampsupervisor-bench-"));
await measure(folder).finally(() => rmSync(folder, { recursive: true, force: true }));
