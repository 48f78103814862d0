import { once } from "node:events";
import { writeFileSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { onTestFinished, test, expect } from "vitest";
import { agentPath } from "../helpers/agents.ts";
import {
  scratchFolder,
  startDaemon,
  collectorPath,
  collectorsOf,
  patienceMs,
  eventually,
  lives,
} from "../helpers/daemon.ts";
import { startServer } from "../helpers/dev-world.ts";

const good = "receivers: {nop/good: }\nservice: {pipelines: {traces: {receivers: [nop/good]}}}\n";
const local = `receivers: {nop: }
exporters: {nop: }
service:
  pipelines: {traces: {receivers: [nop], exporters: [nop]}}
`;

const settings = (endpoint: string, executable: string, more = ""): string =>
  `server: {endpoint: "${endpoint}"}
capabilities: {accepts_remote_config: true, reports_remote_config: true}
agent:
  executable: ${executable}
  config_files: [local.yaml]
${more}storage: {directory: ./storage}
`;

async function takenPort(): Promise<number> {
  const holder = createServer().listen(0, "127.0.0.1");
  await once(holder, "listening");
  onTestFinished(() => void holder.close());
  const address = holder.address();
  return typeof address === "object" ? (address?.port ?? 0) : 0;
}

/** Places in the first start, a good offer and one that fails at its start and is rolled back. */
const places = [
  "after identify-agent:1",
  "after validate-config:1",
  "after write-config:1",
  "after start-agent:1",
  "fact agent-started:1",
  "fact agent-probed:1",
  "fact config-offered:1",
  "after validate-config:2",
  "before write-config:2",
  "after write-config:2",
  "before reload-agent:1",
  "after reload-agent:1",
  "after validate-config:3",
  "after write-config:3",
  "after reload-agent:2",
  "fact agent-exited:1",
  "after start-agent:2",
];

test.each(places)(
  "asked to stop at %s, everything ends in order and the next start finds it whole",
  async (place) => {
    const server = await startServer();
    const folder = scratchFolder();
    writeFileSync(join(folder, "local.yaml"), local);
    const port = await takenPort();
    const bad = `receivers:\n  otlp/bad: {protocols: {http: {endpoint: "127.0.0.1:${port}"}}}\nservice: {pipelines: {traces: {receivers: [otlp/bad]}}}\n`;
    const daemon = startDaemon(folder, settings(server.opampUrl, collectorPath()), {
      OPAMPSUPERVISOR_TEST_KILL: `${place}:SIGTERM`,
    });
    const orEnd = (step: Promise<unknown>): Promise<unknown> =>
      Promise.race([daemon.ended, step.catch(() => undefined)]);
    await orEnd(server.agent((agent) => agent.up === "true"));
    const uid = server.agents()[0]?.uid;
    if (uid !== undefined) {
      server.offerConfig(uid, good);
      await orEnd(server.agent((agent) => agent.remoteConfigStatus?.status === "applied"));
      server.offerConfig(uid, bad);
    }
    expect(await daemon.ended).toBe(0);
    expect(daemon.lines.at(-1)?.msg).toBe("stopped");
    expect(collectorsOf(folder)).toEqual([]);

    const next = startDaemon(folder, settings(server.opampUrl, collectorPath()));
    await next.waitForLog("agent is healthy");
    await server.agent((agent) => agent.connected && agent.up === "true");
    expect(collectorsOf(folder)).toHaveLength(1);
    expect(readFileSync(join(folder, "storage/effective.yaml"), "utf8")).toContain("nop");
    expect(next.lines.map((line) => JSON.stringify(line)).join("\n")).not.toContain("damaged");
  },
  4 * patienceMs,
);

test("a second signal ends an agent that ignores the first one, at once", async () => {
  const folder = scratchFolder();
  writeFileSync(join(folder, "local.yaml"), local);
  const more = "  stop_timeout: 10m\n";
  const daemon = startDaemon(
    folder,
    settings("ws://127.0.0.1:9/v1/opamp", agentPath("ignores-sigterm"), more),
  );
  const pid = Number((await daemon.waitForLog("agent process started"))["pid"]);
  await daemon.waitForLog("agent is healthy");
  daemon.signal("SIGTERM");
  await daemon.waitForLog("agent is being stopped");
  daemon.signal("SIGTERM");
  expect(await daemon.ended).toBe(1);
  await eventually(() => !lives(pid));
});

test(
  "an agent that does not end in its time is killed with its whole group, and that is said with the count",
  async () => {
    const folder = scratchFolder();
    writeFileSync(join(folder, "local.yaml"), local);
    const more = "  stop_timeout: 200ms\n";
    const daemon = startDaemon(
      folder,
      settings("ws://127.0.0.1:9/v1/opamp", agentPath("ignores-sigterm"), more),
    );
    const pid = Number((await daemon.waitForLog("agent process started"))["pid"]);
    await daemon.waitForLog("agent is healthy");
    daemon.signal("SIGTERM");
    const killed = await daemon.waitForLog("agent did not drain in time and is killed");
    expect(killed["forcedKills"]).toBe(1);
    expect(await daemon.ended).toBe(0);
    expect(lives(pid)).toBe(false);
  },
  2 * patienceMs,
);
