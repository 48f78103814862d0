import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { resolve, join } from "node:path";
import { createDevServer } from "../../src/dev-server/server.ts";
import { nopConfig, nopPart } from "../helpers/agent/agent-configs.ts";
import { cpuMs } from "../helpers/agent/processes.ts";
import { settingsFor } from "../helpers/e2e/settings-text.ts";
import { agentPid, megabytesOf, show } from "./figures.ts";
import { bareCollector, environment, start, stop } from "./processes.ts";

/** Prints what the daemon costs, beside the bare Node and the bare collector of the same run; medians of several. */

const rounds = 7;
const [program = "", collector = ""] = process.argv.slice(2).map((path) => resolve(path));
async function bareNode(): Promise<number> {
  const begin = performance.now();
  await once(spawn(process.execPath, ["-e", "0"], { env: environment }), "exit");
  return performance.now() - begin;
}

const telemetry = "metrics: {level: none}";

async function measure(folder: string): Promise<void> {
  const server = await createDevServer({
    pageDirectory: join(import.meta.dirname, "../src/dev-server/page"),
    opampPort: 0,
    pagePort: 0,
  });
  writeFileSync(join(folder, "local.yaml"), nopConfig(undefined, { telemetry }));
  writeFileSync(
    join(folder, "supervisor.yaml"),
    settingsFor(server.opampUrl, { executable: collector, configFiles: ["local.yaml"] }),
  );
  const figures = {
    node: [],
    bare: [],
    first: [],
    healthy: [],
    run: [],
    applied: [],
    crash: [],
    rss: [],
  };
  const add = (name: keyof typeof figures, value: number): void =>
    void (figures[name] as number[]).push(value);
  const idle = join(folder, "idle.yaml");
  writeFileSync(idle, nopConfig(undefined, { health: "localhost:13133", telemetry }));
  await stop(await start(program, folder, server));
  for (let round = 0; round < rounds; round += 1) {
    add("node", await bareNode());
    add("bare", await bareCollector(collector, [idle]));
    const daemon = await start(program, folder, server);
    add("first", daemon.firstMessageMs);
    add("healthy", daemon.healthyMs);
    await new Promise((resolve) => setTimeout(resolve, 700));
    const uid = server.agents()[0]?.uid ?? "";
    const offered = performance.now();
    server.offerConfig(uid, nopPart(`r${round}`));
    add("run", await daemon.since("agent runs the new configuration", offered));
    add("applied", await daemon.since("remote config applied", offered));
    const [crashed] = [performance.now()];
    process.kill(agentPid(daemon.child.pid), "SIGKILL");
    add("crash", await daemon.since("agent is healthy", crashed));
    add("rss", megabytesOf(daemon.child.pid, "VmRSS"));
    if (round === rounds - 1) {
      const before = cpuMs(daemon.child.pid ?? 0);
      await new Promise((resolve) => setTimeout(resolve, 10_000));
      show("idle CPU in 10 s", [cpuMs(daemon.child.pid ?? 0) - before]);
    }
    await stop(daemon);
  }
  show("bare node -e 0", figures.node);
  show("bare collector, start to healthy", figures.bare);
  show("first message after start", figures.first);
  show("agent healthy after start", figures.healthy);
  show("offer -> agent healthy on it", figures.run);
  show("offer -> APPLIED", figures.applied);
  show("crash -> healthy again", figures.crash);
  show("resident memory", figures.rss, "MB");
  await server.close();
}

const folder = mkdtempSync(join(tmpdir(), "opampsupervisor-bench-"));
await measure(folder).finally(() => rmSync(folder, { recursive: true, force: true }));
