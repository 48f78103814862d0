import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { test, expect } from "vitest";
import { hostmetricsPart } from "../helpers/agent/agent-configs.ts";
import {
  scratchFolder,
  startDaemon,
  collectorPath,
  eventually,
  patienceMs,
} from "../helpers/e2e/daemon.ts";
import { collectorVersion } from "../helpers/agent/collector-facts.ts";
import { startServer } from "../helpers/e2e/dev-world.ts";
import { lives } from "../helpers/agent/processes.ts";

test(
  "walkthrough A: secure WebSocket, a configuration from the page, the instance id on every series",
  async () => {
    const server = await startServer({ tls: true });
    const folder = scratchFolder();
    const yaml = `server:
  endpoint: ${server.opampUrl}
  tls:
    insecure_skip_verify: true
capabilities:
  accepts_remote_config: true
  reports_effective_config: true
  reports_own_metrics: false
  reports_own_logs: true
  reports_own_traces: false
  reports_health: true
  reports_remote_config: true
agent:
  executable: \${OTELCOL_COLLECTOR_BINARY}
storage:
  directory: ./storage
`;
    const daemon = startDaemon(folder, yaml, { OTELCOL_COLLECTOR_BINARY: collectorPath() });
    const starting = await daemon.waitForLog("supervisor starting");
    await daemon.waitForLog("no remote config received yet");
    const instanceId = String(starting["instanceId"]);

    const idle = await server.agent((agent) => agent.up === "true");
    expect(idle.uid).toBe(instanceId);
    expect(idle.status).toBe("parked");
    expect(idle).toMatchObject({ name: "otelcol", version: collectorVersion() });

    server.offerConfig(instanceId, hostmetricsPart);
    const applied = await server.agent((agent) => agent.remoteConfigStatus?.status === "applied");
    expect(applied.remoteConfigStatus?.hash).toBe(applied.offer?.hash);
    expect(applied.effectiveConfig[0]?.text).toContain("hostmetrics");
    expect(applied).toMatchObject({ up: "true", status: "running" });

    const storage = join(folder, "storage");
    expect(readFileSync(join(storage, "effective.yaml"), "utf8")).toBe(
      applied.effectiveConfig[0]?.text,
    );
    await eventually(() =>
      readFileSync(join(storage, "agent.log"), "utf8").includes("system.memory.usage"),
    );
    const series = await seriesOf("http://localhost:8888/metrics");
    expect(series.length).toBeGreaterThan(3);
    for (const line of series) {
      expect(line).toContain(`service_instance_id="${instanceId}"`);
      expect(line).toContain('service_name="otelcol"');
      expect(line).toContain(`service_version="${collectorVersion()}"`);
    }
    expect(statSync(storage).mode & 0o777).toBe(0o700);
    for (const name of ["effective.yaml", "agent.log", "journal.json"]) {
      expect(statSync(join(storage, name)).mode & 0o777, name).toBe(0o600);
    }

    const started = daemon.lines.filter((line) => line.msg === "agent process started");
    daemon.signal("SIGTERM");
    expect(await daemon.ended).toBe(0);
    for (const line of started) expect(lives(Number(line["pid"]))).toBe(false);
    const gone = await server.agent((agent) => !agent.connected);
    expect(gone.disconnectedWhy).toMatch(/agent_disconnect|goodbye|said/i);
  },
  4 * patienceMs,
);

async function seriesOf(url: string): Promise<readonly string[]> {
  const answer = await fetch(url);
  const text = await answer.text();
  return text.split("\n").filter((line) => line.startsWith("otelcol_"));
}
