import { writeFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test, expect } from "vitest";
import { scratchFolder, collectorPath, startDaemon, patienceMs } from "../helpers/e2e/daemon.ts";
import { startServer } from "../helpers/e2e/dev-world.ts";

const base = `# written by hand
receivers:
  hostmetrics:
    collection_interval: 1s
    scrapers: {memory: }
exporters:
  debug:
service:
  pipelines:
    metrics:
      receivers: [hostmetrics]
      exporters: [debug]
`;

test(
  "walkthrough B: plain WebSocket, a hand-written effective.yaml as the base",
  async () => {
    const server = await startServer();
    const folder = scratchFolder();
    writeFileSync(join(folder, "effective.yaml"), base);
    // Only the storage directory is added to the walkthrough: the default one belongs to the machine.
    const yaml = `server:
  endpoint: ${server.opampUrl}
capabilities:
  accepts_remote_config: true
  reports_remote_config: true
agent:
  executable: ${collectorPath()}
storage:
  directory: ./state
`;
    const daemon = startDaemon(folder, yaml);
    const first = await server.agent((agent) => agent.up === "true");
    expect(first.effectiveConfig[0]?.text).toContain("# written by hand");
    expect(readFileSync(join(folder, "state/base.yaml"), "utf8")).toBe(base);

    server.offerConfig(first.uid, "exporters:\n  debug:\n    verbosity: detailed\n");
    const applied = await server.agent((agent) => agent.remoteConfigStatus?.status === "applied");
    const merged = readFileSync(join(folder, "effective.yaml"), "utf8");
    expect(merged).toBe(applied.effectiveConfig[0]?.text);
    expect(merged).toContain("verbosity: detailed");
    expect(merged).toContain("hostmetrics");

    const told = daemon.lines.map((line) => line.msg);
    const order = [
      "connected",
      "agent is healthy",
      "remote config received",
      "agent is reloaded to apply",
      "remote config applied",
    ];
    const places = order.map((message) => told.indexOf(message));
    expect(places).not.toContain(-1);
    expect(places.slice(1)).toEqual(places.slice(1).toSorted((a, b) => a - b));
    const received = daemon.lines.find((line) => line.msg === "remote config received");
    expect(received?.["hash"]).toBe(applied.offer?.hash);
    const started = daemon.lines.find((line) => line.msg === "agent process started");
    expect(started?.["probe"]).toBe("http://localhost:13133/");
    expect(typeof started?.["pid"]).toBe("number");
    expect(told).toContain("own metrics pipeline enabled");
    expect(told).toContain("effective config changed");

    const restarted = startOver(daemon);
    expect(await restarted).toBe(0);
    const again = startDaemon(folder, yaml);
    await again.waitForLog("last good remote config found");
    await again.waitForLog("agent is healthy");
    expect(again.lines.map((line) => line.msg)).not.toContain("effective config changed");
    expect(readFileSync(join(folder, "state/base.yaml"), "utf8")).toBe(base);
  },
  4 * patienceMs,
);

function startOver(daemon: ReturnType<typeof startDaemon>): Promise<number | null> {
  daemon.signal("SIGINT");
  return daemon.ended;
}
