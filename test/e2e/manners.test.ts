import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, expect } from "vitest";
import { type AgentName, agentPath } from "../helpers/agents.ts";
import {
  type Daemon,
  scratchFolder,
  startDaemon,
  patienceMs,
  eventually,
} from "../helpers/daemon.ts";
import { type TestServer, startServer } from "../helpers/dev-world.ts";
import { freePorts } from "../helpers/free-ports.ts";

interface Scene {
  readonly server: TestServer;
  readonly daemon: Daemon;
}

/** One of the pretended collectors on a port of its own. */
async function sceneWith(name: AgentName, more = ""): Promise<Scene> {
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
  const settings = `server: {endpoint: "${server.opampUrl}"}
capabilities: {accepts_remote_config: true, reports_remote_config: true, accepts_restart_command: true}
agent:
  executable: ${agentPath(name)}
  config_files: [local.yaml]
${more}storage: {directory: ./storage}
`;
  return { server, daemon: startDaemon(folder, settings) };
}

const messages = ({ lines }: Daemon): readonly string[] => lines.map(({ msg }) => msg);

test.each(["auto", "restart"])(
  "a configuration on which the agent dies a while after APPLIED is taken back, by %s",
  async (reload) => {
    const { server, daemon } = await sceneWith("dies-later", `  reload: ${reload}\n`);
    const { uid } = await server.agent((agent) => agent.up === "true");
    server.offerConfig(
      uid,
      "receivers: {nop/dies_after_2000_ms: }\nservice: {pipelines: {traces: {receivers: [nop/dies_after_2000_ms]}}}\n",
    );
    await daemon.waitForLog("remote config applied");
    const agent = await server.agent((seen) => seen.remoteConfigStatus?.status === "failed");
    expect(agent.remoteConfigStatus?.errorMessage).toMatch(
      /^it was applied, but the agent exited with code 1: Error: worker pool exhausted/,
    );
    await server.agent((seen) => seen.up === "true");
    expect(agent.effectiveConfig[0]?.text).not.toContain("dies_after");
  },
  2 * patienceMs,
);

test(
  "an agent that accepts and never answers is unhealthy as soon as the time for an answer is over",
  async () => {
    const { server } = await sceneWith("hangs");
    const agent = await server.agent((seen) => seen.up === "false");
    expect(agent.status).toBe("starting");
    await server.agent((seen) => seen.lastError.includes("no answer from"));
  },
  2 * patienceMs,
);

test(
  "a port that is held for a while after the agent's end is named with its holder, and waited for",
  async () => {
    const { server, daemon } = await sceneWith("holds-its-port");
    await server.agent((agent) => agent.up === "true");
    const started = await daemon.waitForLog("agent process started");
    process.kill(Number(started["pid"]), "SIGKILL");
    await daemon.waitForLog(
      ({ msg, reason }) =>
        msg === "agent process ended unexpectedly" &&
        /address already in use[^]*port \d+ is held by process \d+ \(/.test(String(reason)),
    );
    await eventually(() => messages(daemon).filter((msg) => msg === "agent is healthy").length > 1);
    await server.agent((agent) => agent.up === "true");
  },
  2 * patienceMs,
);
