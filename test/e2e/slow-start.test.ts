import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, expect } from "vitest";
import { agentPath } from "../helpers/agents.ts";
import { scratchFolder, startDaemon, patienceMs } from "../helpers/daemon.ts";
import { startServer } from "../helpers/dev-world.ts";
import { freePorts } from "../helpers/free-ports.ts";

const slow = (readyAfterMs: number): string =>
  `receivers: {nop/ready_after_${readyAfterMs}_ms: }
service: {pipelines: {traces: {receivers: [nop/ready_after_${readyAfterMs}_ms]}}}
`;

test.each([
  { readyAfterMs: 4_000, applyTimeout: "1s", reload: "restart" },
  { readyAfterMs: 4_000, applyTimeout: "1s", reload: "auto" },
  { readyAfterMs: 20_000, applyTimeout: "5s", reload: "restart" },
])(
  "a configuration that takes the agent $readyAfterMs ms by $reload is waited for and never rolled back",
  async ({ readyAfterMs, applyTimeout, reload }) => {
    const server = await startServer();
    const folder = scratchFolder();
    const [health = 0] = await freePorts(1);
    writeFileSync(
      join(folder, "local.yaml"),
      `receivers: {nop: }
exporters: {nop: }
extensions: {health_check: {endpoint: "127.0.0.1:${health}"}}
service:
  extensions: [health_check]
  pipelines: {traces: {receivers: [nop], exporters: [nop]}}
`,
    );
    const daemon = startDaemon(
      folder,
      `server: {endpoint: "${server.opampUrl}"}
capabilities: {accepts_remote_config: true, reports_remote_config: true}
agent:
  executable: ${agentPath("slow-start")}
  config_files: [local.yaml]
  config_apply_timeout: ${applyTimeout}
  reload: ${reload}
storage: {directory: ./storage}
`,
    );
    const { uid } = await server.agent((agent) => agent.up === "true");
    server.offerConfig(uid, slow(readyAfterMs));
    const waiting = await server.agent(
      ({ remoteConfigStatus }) =>
        remoteConfigStatus?.status === "applying" && remoteConfigStatus.errorMessage !== "",
    );
    expect(waiting.remoteConfigStatus?.errorMessage).toContain("still starting");
    const done = await server.agent(({ remoteConfigStatus }) =>
      ["applied", "failed"].includes(remoteConfigStatus?.status ?? ""),
    );
    expect(done.remoteConfigStatus).toMatchObject({ status: "applied", errorMessage: "" });
    expect(done.effectiveConfig[0]?.text).toContain(`ready_after_${readyAfterMs}_ms`);
    const told = daemon.lines.map(({ msg }) => msg);
    expect(told).not.toContain("rolled back to the last good configuration");
    const starts = told.filter((msg) => msg === "agent process started");
    expect(starts, "nobody lost patience on the way").toHaveLength(reload === "restart" ? 2 : 1);
    const back = daemon.lines.findLast(({ msg }) => /is healthy|runs the new/.test(msg));
    expect(back?.["gapMs"]).toBeGreaterThanOrEqual(readyAfterMs);
  },
  3 * patienceMs,
);
