import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import {
  collectorPath,
  type Daemon,
  eventually,
  patienceMs,
  scratchFolder,
  startDaemon,
} from "../helpers/e2e/daemon.ts";
import { startServer, type TestServer } from "../helpers/e2e/dev-world.ts";
import { plainVersion } from "../helpers/agent/collector-facts.ts";
import { lives } from "../helpers/agent/processes.ts";

const pipelines = `receivers:
  otlp: {protocols: {http: {endpoint: "127.0.0.1:0"}}}
exporters: {debug: }
service:
  pipelines: {traces: {receivers: [otlp], exporters: [debug]}}
`;
const batch = "processors: {batch: }\nservice: {pipelines: {traces: {processors: [batch]}}}\n";

function settings(server: TestServer, agent: string): string {
  return `server: {endpoint: "${server.opampUrl}"}
capabilities: {accepts_remote_config: true, accepts_restart_command: true, reports_remote_config: true, reports_available_components: true}
agent:
  executable: ${collectorPath("plain")}
${agent}storage: {directory: ./storage}
`;
}

interface Scene {
  readonly server: TestServer;
  readonly folder: string;
  readonly daemon: Daemon;
  readonly uid: string;
}

async function running(agent: string, environment = {}): Promise<Scene> {
  const server = await startServer();
  const folder = scratchFolder();
  writeFileSync(join(folder, "local.yaml"), pipelines);
  const daemon = startDaemon(folder, settings(server, agent), environment);
  const { uid } = await server.agent((seen) => seen.up === "true");
  return { server, folder, daemon, uid };
}

const withLocal = "  config_files: [local.yaml]\n";

function pids({ daemon }: Scene): readonly number[] {
  const starts = daemon.lines.filter((line) => line.msg === "agent process started");
  return starts.map((line) => Number(line["pid"]));
}

test(
  "walkthrough C: a collector that answers no question is who it was built as, and idles without nop",
  async () => {
    const scene = await running("");
    const agent = await scene.server.agent((seen) => seen.health?.status === "parked");
    expect(agent).toMatchObject({ name: "aws-otel-collector", version: plainVersion() });
    const told = scene.daemon.lines.find((line) => line.msg === "agent identified");
    expect(told).toMatchObject({ level: "warn" });
    expect(told?.["warning"]).toMatch(/does not say who it is.*no validate/);
    scene.server.offerConfig(scene.uid, pipelines);
    await scene.server.agent((seen) => seen.remoteConfigStatus?.status === "applied");
    await scene.server.agent((seen) => seen.health?.status === "running");
    const log = readFileSync(join(scene.folder, "storage/agent.log"), "utf8");
    expect(log).toContain("Everything is ready");
  },
  3 * patienceMs,
);

test(
  "walkthrough C: what it refuses at its start is rolled back with its own words",
  async () => {
    const scene = await running(withLocal);
    scene.server.offerConfig(scene.uid, batch);
    await scene.server.agent((seen) => seen.remoteConfigStatus?.status === "applied");
    scene.server.offerConfig(scene.uid, "receivers: {nonsense: }\n");
    const failed = await scene.server.agent((seen) => seen.remoteConfigStatus?.status === "failed");
    const words = failed.remoteConfigStatus?.errorMessage ?? "";
    expect(words).toContain('unknown type: "nonsense"');
    expect(words).toContain("stays in force");
    expect(words).not.toContain("attn:");
    const back = await scene.server.agent((seen) => seen.up === "true");
    expect(back.effectiveConfig[0]?.text).toContain("batch");
    expect(back.effectiveConfig[0]?.text).not.toContain("nonsense");
    const before = pids(scene);
    scene.server.restartAgent(scene.uid);
    await eventually(() => pids(scene).length > before.length);
    await scene.server.agent((seen) => seen.up === "true");
    expect(lives(before.at(-1) ?? 0)).toBe(false);
  },
  3 * patienceMs,
);

test(
  "walkthrough C: a configuration in the environment does not win over the one that is reported",
  async () => {
    const content = pipelines.replaceAll("traces", "traces/other");
    const scene = await running(withLocal, { AOT_CONFIG_CONTENT: content });
    const warned = scene.daemon.lines.find((line) => line.msg.startsWith("AOT_CONFIG_CONTENT"));
    expect(warned).toMatchObject({ level: "warn" });
    const variables = readFileSync(`/proc/${pids(scene).at(-1)}/environ`, "utf8").split("\0");
    expect(variables).toContain("RUN_IN_CONTAINER=True");
    expect(variables.some((line) => line.startsWith("AOT_CONFIG_CONTENT"))).toBe(false);
  },
  3 * patienceMs,
);

test(
  "walkthrough C: started by somebody else it is supervised by its file",
  async () => {
    const server = await startServer();
    const folder = scratchFolder();
    mkdirSync(join(folder, "shared"));
    const path = join(folder, "shared/effective.yaml");
    const attach = "  mode: attach\n  attach: {config_path: shared/effective.yaml}\n";
    const daemon = startDaemon(folder, settings(server, attach));
    await daemon.waitForLog("effective config changed");
    const env = { ...process.env, RUN_IN_CONTAINER: "True" };
    const child = spawn(collectorPath("plain"), ["--config", path], { env, stdio: "ignore" });
    const exited = once(child, "exit");
    onTestFinished(async () => {
      child.kill("SIGKILL");
      await exited;
    });
    const { uid } = await server.agent((seen) => seen.health?.status === "parked");
    server.offerConfig(uid, pipelines);
    const applied = await server.agent((seen) => seen.remoteConfigStatus?.status === "applied");
    expect(applied.effectiveConfig[0]?.text).toBe(readFileSync(path, "utf8"));
    expect(lives(child.pid ?? 0)).toBe(true);
  },
  3 * patienceMs,
);

test(
  "a program that is no collector is never started, and that is said once",
  async () => {
    const server = await startServer();
    const folder = scratchFolder();
    const text = settings(server, "").replace(collectorPath("plain"), "/bin/ls");
    const daemon = startDaemon(folder, text);
    const told = await daemon.waitForLog("agent could not be identified");
    expect(told["reason"]).toMatch(/expected a collector, found \/bin\/ls/);
    const agent = await server.agent((seen) => seen.health?.lastError !== undefined);
    expect(agent.health).toMatchObject({ healthy: false });
    expect(daemon.lines.some((line) => line.msg === "agent process started")).toBe(false);
  },
  2 * patienceMs,
);
