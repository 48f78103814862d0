import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { writeFileSync, readFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { resolve, join } from "node:path";
import { createInterface } from "node:readline";
import { type DevServer, createDevServer } from "../../src/dev-server/server.ts";
import { nopConfig, nopPart } from "../helpers/agent-configs.ts";
import { cpuMs } from "../helpers/processes.ts";
import { settingsFor } from "../helpers/settings-text.ts";

/** Prints what the daemon costs, beside the bare Node and the bare collector of the same run; medians of several. */

const rounds = 7;
const [program = "", collector = ""] = process.argv.slice(2).map((path) => resolve(path));
// This variable alone adds some 80 ms to every start of Node 20.
const environment = { ...process.env, NODE_EXTRA_CA_CERTS: undefined };

const median = (numbers: readonly number[]): number =>
  numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? NaN;

function show(what: string, numbers: readonly number[], unit = "ms"): void {
  const sorted = numbers.toSorted((a, b) => a - b).map((number) => Math.round(number));
  process.stdout.write(
    `${what.padEnd(44)} ${String(Math.round(median(numbers))).padStart(6)} ${unit}  (${sorted.join(" ")})\n`,
  );
}

async function bareNode(): Promise<number> {
  const begin = performance.now();
  await once(spawn(process.execPath, ["-e", "0"], { env: environment }), "exit");
  return performance.now() - begin;
}

const telemetry = "metrics: {level: none}";

async function bareCollector(folder: string): Promise<number> {
  const idle = nopConfig(undefined, { health: "localhost:13133", telemetry });
  writeFileSync(join(folder, "idle.yaml"), idle);
  const begin = performance.now();
  const child = spawn(collector, ["--config", join(folder, "idle.yaml")], { stdio: "ignore" });
  for (;;) {
    try {
      if ((await fetch("http://localhost:13133/")).ok) break;
    } catch {
      // Not listening yet: ask again at once.
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }
  const took = performance.now() - begin;
  child.kill("SIGTERM");
  await once(child, "exit");
  return took;
}

interface Start {
  readonly child: ChildProcess;
  readonly firstMessageMs: number;
  readonly healthyMs: number;
  readonly since: (message: string, from: number) => Promise<number>;
}

async function start(folder: string, server: DevServer): Promise<Start> {
  const begin = performance.now();
  const seen: { msg: string; at: number }[] = [];
  const listeners = new Set<() => void>();
  const connected = server.waitFor((agents) => agents.some((agent) => agent.connected), 20_000);
  const child = spawn(process.execPath, [program, "--config=supervisor.yaml"], {
    cwd: folder,
    env: environment,
    stdio: ["ignore", "pipe", "inherit"],
  });
  createInterface({ input: child.stdout }).on("line", (line) => {
    const { msg } = JSON.parse(line) as { msg: string };
    seen.push({ msg, at: performance.now() });
    for (const listener of listeners) listener();
  });
  const since = (message: string, from: number): Promise<number> =>
    new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`no line "${message}" within 20 s`)), 20_000);
      const look = (): void => {
        const line = seen.find(({ msg, at }) => msg === message && at >= from);
        if (line === undefined) return;
        clearTimeout(late);
        listeners.delete(look);
        resolve(line.at - from);
      };
      listeners.add(look);
      look();
    });
  await connected;
  const firstMessageMs = performance.now() - begin;
  return { child, firstMessageMs, healthyMs: await since("agent is healthy", begin), since };
}

async function stop({ child }: Start): Promise<void> {
  child.kill("SIGTERM");
  await once(child, "exit");
}

function residentMegabytes(pid: number | undefined): number {
  const [, kilobytes = "0"] =
    /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  return Number(kilobytes) / 1024;
}

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
  await stop(await start(folder, server));
  for (let round = 0; round < rounds; round += 1) {
    add("node", await bareNode());
    add("bare", await bareCollector(folder));
    const daemon = await start(folder, server);
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
    add("rss", residentMegabytes(daemon.child.pid));
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

/** The one child of the daemon. */
function agentPid(daemon: number | undefined): number {
  return Number(
    readFileSync(`/proc/${daemon}/task/${daemon}/children`, "utf8").trim().split(" ")[0],
  );
}

const folder = mkdtempSync(join(tmpdir(), "opampsupervisor-bench-"));
await measure(folder).finally(() => rmSync(folder, { recursive: true, force: true }));
