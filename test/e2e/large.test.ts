import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, expect } from "vitest";
import { scratchFolder, startDaemon, collectorPath, patienceMs } from "../helpers/daemon.ts";
import { startServer } from "../helpers/dev-world.ts";

const pipelines = 5_000;

function large(): string {
  const lines = Array.from(
    { length: pipelines },
    (_, index) =>
      `    traces/pipeline_${index}:\n      receivers: [nop]\n      processors: []\n      exporters: [nop]\n`,
  );
  return `receivers:\n  nop:\nexporters:\n  nop:\nservice:\n  pipelines:\n${lines.join("")}`;
}

/** User and system time of a process so far, ms. */
function cpuMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

test(
  "a configuration of 5,000 pipelines, good and slow, is applied and not rolled back",
  async () => {
    const server = await startServer();
    const folder = scratchFolder();
    writeFileSync(join(folder, "local.yaml"), "exporters: {debug: }\n");
    const daemon = startDaemon(
      folder,
      `server: {endpoint: "${server.opampUrl}"}
capabilities: {accepts_remote_config: true, reports_remote_config: true}
agent:
  executable: ${collectorPath()}
  config_files: [local.yaml]
storage: {directory: ./storage}
`,
    );
    const { uid } = await server.agent((agent) => agent.up === "true");
    const before = cpuMs(daemon.pid);
    const text = large();
    expect(text.length).toBeGreaterThan(450_000);
    server.offerConfig(uid, text);
    const agent = await server.agent((seen) => seen.remoteConfigStatus?.status === "applied");
    expect(agent.effectiveConfig[0]?.text).toContain(`traces/pipeline_${pipelines - 1}:`);
    expect(daemon.lines.map((line) => line.msg)).not.toContain(
      "rolled back to the last good configuration",
    );
    process.stdout.write(`CPU of the supervisor for it: ${cpuMs(daemon.pid) - before} ms\n`);
  },
  4 * patienceMs,
);
