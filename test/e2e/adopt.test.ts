import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, onTestFinished, expect } from "vitest";
import {
  collectorPath,
  type Daemon,
  scratchFolder,
  startDaemon,
  eventually,
  lives,
  collectorsOf,
  patienceMs,
} from "../helpers/daemon.ts";
import { hasOpampExtension } from "../helpers/collector-facts.ts";
import { type TestServer, startServer } from "../helpers/dev-world.ts";
import { freePorts } from "../helpers/free-ports.ts";
import { startOtlpClient } from "../helpers/otlp-client.ts";
import { startOtlpSink } from "../helpers/otlp-sink.ts";

const good = readFileSync(join(import.meta.dirname, "../fixtures/laboratory/good.yaml"), "utf8");

const settings = (endpoint: string): string => `server: {endpoint: "${endpoint}"}
capabilities: {accepts_remote_config: true, reports_remote_config: true}
agent:
  executable: ${collectorPath()}
  config_files: [local.yaml]
  leftover: adopt
storage: {directory: ./storage}
`;

interface Scene {
  readonly server: TestServer;
  readonly folder: string;
  readonly boot: () => Daemon;
  readonly otlpPort: number;
}

async function scene(): Promise<Scene> {
  const server = await startServer();
  const sink = await startOtlpSink();
  const folder = scratchFolder();
  const [otlpPort = 0] = await freePorts(1);
  writeFileSync(join(folder, "local.yaml"), good);
  const ports = { OTLP_PORT: String(otlpPort), SINK_PORT: String(sink.port) };
  return {
    server,
    folder,
    otlpPort,
    boot: () => startDaemon(folder, settings(server.opampUrl), ports),
  };
}

async function killed(daemon: Daemon): Promise<void> {
  daemon.signal("SIGKILL");
  await daemon.ended;
}

const isGood = (folder: string): boolean =>
  readFileSync(join(folder, "storage/journal.json"), "utf8").includes('"good":{');

test(
  "a supervisor that is killed ten times over costs the telemetry nothing: the next one goes on with its agent",
  async () => {
    const { server, folder, boot, otlpPort } = await scene();
    let daemon = boot();
    const pid = Number((await daemon.waitForLog("agent process started"))["pid"]);
    await server.agent((agent) => agent.up === "true");
    await eventually(() => isGood(folder));
    const client = startOtlpClient(otlpPort);
    onTestFinished(() => void client.stop());
    await eventually(() => client.tally().successes > 5);
    client.forget();
    for (let round = 0; round < 10; round += 1) {
      await killed(daemon);
      expect(lives(pid)).toBe(true);
      daemon = boot();
      const goesOn = await daemon.waitForLog("agent of an earlier supervisor goes on");
      expect(goesOn["pid"]).toBe(pid);
      await daemon.waitForLog("agent is healthy");
      expect(collectorsOf(folder)).toEqual([pid]);
    }
    const { failures, successes } = client.tally();
    expect(successes).toBeGreaterThan(10);
    expect(failures).toBe(0);
    const agent = await server.agent((seen) => seen.connected && seen.up === "true");
    // Through the same local endpoint as before: the extension has found the way back.
    if (hasOpampExtension()) {
      await server.agent((seen) => (seen.health?.components.length ?? 0) > 0);
    }

    server.offerConfig(agent.uid, good.replace("otlp_http:", "otlp_http:\n    timeout: 9s"));
    await server.agent((seen) => seen.remoteConfigStatus?.status === "applied");
    expect(lives(pid), "a change reaches it by SIGHUP").toBe(true);

    daemon.signal("SIGTERM");
    expect(await daemon.ended).toBe(0);
    expect(lives(pid)).toBe(false);
  },
  4 * patienceMs,
);

test(
  "the end of an adopted agent is noticed, and it is started anew",
  async () => {
    const { folder, boot } = await scene();
    const first = boot();
    const pid = Number((await first.waitForLog("agent process started"))["pid"]);
    await first.waitForLog("agent is healthy");
    await eventually(() => isGood(folder));
    await killed(first);
    const next = boot();
    await next.waitForLog("agent of an earlier supervisor goes on");
    process.kill(pid, "SIGKILL");
    await next.waitForLog("agent process ended unexpectedly");
    const again = Number((await next.waitForLog("agent process started"))["pid"]);
    expect(again).not.toBe(pid);
    await eventually(() => collectorsOf(folder).length === 1);
  },
  2 * patienceMs,
);

test(
  "an agent that does not run what is in force is ended and started anew",
  async () => {
    const { folder, boot } = await scene();
    const first = boot();
    const pid = Number((await first.waitForLog("agent process started"))["pid"]);
    await first.waitForLog("agent is healthy");
    await eventually(() => isGood(folder));
    await killed(first);
    writeFileSync(join(folder, "storage/effective.yaml"), "receivers: {nop: }\n");
    const next = boot();
    await next.waitForLog("ended the agent that an earlier supervisor left behind");
    await next.waitForLog("agent is healthy");
    expect(lives(pid)).toBe(false);
    expect(collectorsOf(folder)).toHaveLength(1);
  },
  2 * patienceMs,
);
