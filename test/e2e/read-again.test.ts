import { writeFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test, expect } from "vitest";
import {
  collectorPath,
  type Daemon,
  type LogLine,
  scratchFolder,
  startDaemon,
  eventually,
  lives,
  patienceMs,
  writeSettings,
} from "../helpers/daemon.ts";
import { type TestServer, startServer } from "../helpers/dev-world.ts";

const local = (word: string): string => `receivers: {nop/${word}: }
exporters: {nop: }
service:
  pipelines: {traces: {receivers: [nop/${word}], exporters: [nop]}}
`;

const settings = (endpoint: string, more = ""): string => `server:
  endpoint: ${endpoint}
capabilities: {accepts_remote_config: true, reports_remote_config: true}
agent:
  executable: ${collectorPath()}
  config_files: [local.yaml]
${more}storage: {directory: ./storage}
`;

interface Scene {
  readonly server: TestServer;
  readonly folder: string;
  readonly daemon: Daemon;
  readonly pid: number;
  /** The `count`th time that the settings were read again. */
  readonly readAgain: (count?: number) => Promise<LogLine>;
}

async function runningScene(): Promise<Scene> {
  const server = await startServer();
  const folder = scratchFolder();
  writeFileSync(join(folder, "local.yaml"), local("one"));
  const daemon = startDaemon(folder, settings(server.opampUrl));
  await server.agent((agent) => agent.up === "true");
  const pid = Number((await daemon.waitForLog("agent process started"))["pid"]);
  // The first configuration is about to become good; from then on a change is made by SIGHUP.
  await eventually(() =>
    readFileSync(join(folder, "storage/journal.json"), "utf8").includes('"good":{'),
  );
  return {
    server,
    folder,
    daemon,
    pid,
    readAgain: async (count = 1) => {
      daemon.signal("SIGHUP");
      const read = ({ msg }: LogLine): boolean => msg.startsWith("settings read again");
      await eventually(() => daemon.lines.filter(read).length >= count);
      return daemon.lines.filter(read)[count - 1] as LogLine;
    },
  };
}

test(
  "SIGHUP takes over a local configuration that was changed, without another process",
  async () => {
    const { server, folder, pid, readAgain } = await runningScene();
    writeFileSync(join(folder, "local.yaml"), local("two"));
    expect(await readAgain()).toMatchObject({
      msg: "settings read again",
      changed: [join(folder, "local.yaml")],
      restartsAgent: [],
      reconnects: [],
    });
    await server.agent(
      (agent) => agent.up === "true" && agent.effectiveConfig[0]?.text.includes("nop/two") === true,
    );
    expect(lives(pid)).toBe(true);
    expect(await readAgain(2)).toMatchObject({ msg: "settings read again: nothing has changed" });
  },
  2 * patienceMs,
);

test(
  "what the agent can only get by a restart restarts it, and is named",
  async () => {
    const { server, folder, daemon, pid, readAgain } = await runningScene();
    const more = "  env: {MARK: planted-secret-value}\n  stop_timeout: 3s\n";
    writeSettings(folder, settings(server.opampUrl, more));
    expect(await readAgain()).toMatchObject({
      changed: ["agent.env", "agent.stop_timeout"],
      restartsAgent: ["agent.env"],
    });
    const started = await daemon.waitForLog(
      (line) => line.msg === "agent process started" && line["pid"] !== pid,
    );
    const environment = readFileSync(`/proc/${String(started["pid"])}/environ`, "utf8");
    expect(environment.split("\0")).toContain("MARK=planted-secret-value");
    await server.agent((agent) => agent.up === "true");
    expect(daemon.lines.map((line) => JSON.stringify(line)).join()).not.toContain("planted-secret");
  },
  2 * patienceMs,
);

test(
  "another server is connected to, and the agent notices nothing of it",
  async () => {
    const { server, folder, pid, readAgain } = await runningScene();
    const other = await startServer();
    writeSettings(folder, settings(other.opampUrl));
    expect(await readAgain()).toMatchObject({
      changed: ["server.endpoint"],
      reconnects: ["server.endpoint"],
    });
    await other.agent((agent) => agent.connected && agent.up === "true");
    await server.agent((agent) => !agent.connected);
    expect(lives(pid)).toBe(true);
  },
  2 * patienceMs,
);

test(
  "a mistake is told with its line, and nothing changes",
  async () => {
    const { server, folder, daemon, pid, readAgain } = await runningScene();
    writeFileSync(join(folder, "local.yaml"), local("two"));
    writeSettings(folder, settings(server.opampUrl, "  stop_timeout: soon\n"));
    expect((await readAgain()).msg).toContain("nothing is taken over");
    await daemon.waitForLog(({ key, line }) => key === "agent.stop_timeout" && line === 7);
    expect(lives(pid)).toBe(true);
    expect(readFileSync(join(folder, "storage/effective.yaml"), "utf8")).toContain("nop/one");
    writeSettings(folder, settings(server.opampUrl));
    expect(await readAgain(2)).toMatchObject({ changed: [join(folder, "local.yaml")] });
  },
  2 * patienceMs,
);
