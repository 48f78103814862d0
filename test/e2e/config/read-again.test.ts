import { readFileSync } from "node:fs";
import { test, expect } from "vitest";
import { nopConfig } from "../../helpers/agent/agent-configs.ts";
import { type LogLine, eventually, patienceMs, writeSettings } from "../../helpers/e2e/daemon.ts";
import { startServer } from "../../helpers/e2e/dev-world.ts";
import { lives } from "../../helpers/agent/processes.ts";
import { type Running, runningScene } from "../../helpers/e2e/scene.ts";

interface Scene extends Running {
  /** The `count`th time that the settings were read again. */
  readonly readAgain: (count?: number) => Promise<LogLine>;
}

async function settledScene(): Promise<Scene> {
  const scene = await runningScene({ local: nopConfig("one") });
  const { daemon } = scene;
  // The first configuration is about to become good; from then on a change is made by SIGHUP.
  await eventually(scene.keepsGood);
  return {
    ...scene,
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
    const { server, path, write, pid, readAgain } = await settledScene();
    write("local.yaml", nopConfig("two"));
    expect(await readAgain()).toMatchObject({
      msg: "settings read again",
      changed: [path("local.yaml")],
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
    const { server, folder, settings, daemon, pid, readAgain } = await settledScene();
    const more = "  env: {MARK: planted-secret-value}\n  stop_timeout: 3s\n";
    writeSettings(folder, settings + more);
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
  "a command line that would not work is refused, and the agent runs on",
  async () => {
    const { server, folder, settings, daemon, pid, readAgain } = await settledScene();
    const refused = async (times: number): Promise<LogLine> => {
      const isRefusal = ({ msg }: LogLine): boolean => msg.includes("new command line");
      await eventually(() => daemon.lines.filter(isRefusal).length === times);
      return daemon.lines.filter(isRefusal)[times - 1] as LogLine;
    };
    writeSettings(folder, `${settings}  args: [--feature-gates=no.such.gate]\n`);
    await readAgain();
    expect(String((await refused(1))["reason"])).toContain("no.such.gate");
    writeSettings(folder, settings.replace(/executable: \S+/, "executable: /bin/true"));
    daemon.signal("SIGHUP");
    expect(String((await refused(2))["reason"])).toContain("/bin/true");
    expect(lives(pid)).toBe(true);
    expect(server.agents()[0]?.up).toBe("true");
    writeSettings(folder, `${settings}  args: [--feature-gates=-no.such.gate]\n`);
    daemon.signal("SIGHUP");
    await refused(3);
    writeSettings(folder, `${settings}  args: ["--set=processors::x=1"]\n`);
    daemon.signal("SIGHUP");
    writeSettings(folder, `${settings}  env: {MARK: "1"}\n`);
    daemon.signal("SIGHUP");
    const started = await daemon.waitForLog(
      (line) => line.msg === "agent process started" && line["pid"] !== pid,
    );
    const environment = readFileSync(`/proc/${String(started["pid"])}/environ`, "utf8");
    expect(environment.split("\0")).toContain("MARK=1");
    expect(daemon.lines.filter(({ msg }) => msg.includes("new command line"))).toHaveLength(3);
  },
  3 * patienceMs,
);

test(
  "a command line that is accepted, and with which the agent then ends, makes way for the one before it",
  async () => {
    const { server, folder, settings, daemon, pid } = await settledScene();
    // An address of no machine: to validate it takes nothing, to listen there fails.
    const args = "  args: ['--set=extensions::health_check::endpoint=192.0.2.1:13133']\n";
    writeSettings(folder, settings + args);
    daemon.signal("SIGHUP");
    const line = await daemon.waitForLog(({ msg }) => msg.includes("are in use again"));
    expect(String(line["reason"])).toContain("192.0.2.1");
    const started = await daemon.waitForLog(
      ({ msg, ...fields }) => msg === "agent is healthy" && fields["run"] !== 1,
    );
    expect(started["generation"]).toBe(1);
    await server.agent((agent) => agent.up === "true");
    expect(lives(pid)).toBe(false);
    expect(daemon.lines.filter(({ msg }) => msg.startsWith("rolled back"))).toEqual([]);
  },
  2 * patienceMs,
);

test(
  "another server is connected to, and the agent notices nothing of it",
  async () => {
    const { server, folder, settings, pid, readAgain } = await settledScene();
    const other = await startServer();
    writeSettings(folder, settings.replace(server.opampUrl, other.opampUrl));
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
    const { folder, path, write, settings, ...scene } = await settledScene();
    const { daemon, pid, readAgain } = scene;
    write("local.yaml", nopConfig("two"));
    writeSettings(folder, `${settings}  stop_timeout: soon\n`);
    expect((await readAgain()).msg).toContain("nothing is taken over");
    await daemon.waitForLog(({ key, line }) => key === "agent.stop_timeout" && line === 7);
    expect(lives(pid)).toBe(true);
    expect(scene.effective()).toContain("nop/one");
    writeSettings(folder, settings);
    expect(await readAgain(2)).toMatchObject({ changed: [path("local.yaml")] });
  },
  2 * patienceMs,
);
