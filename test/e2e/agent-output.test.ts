import { spawn } from "node:child_process";
import { writeFileSync, existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test, expect, onTestFinished } from "vitest";
import { agentPath } from "../helpers/agents.ts";
import {
  scratchFolder,
  startDaemon,
  collectorPath,
  program,
  eventually,
  lives,
} from "../helpers/daemon.ts";

// Nobody listens there: the agent has to run all the same.
const server = `server: {endpoint: "ws://127.0.0.1:1/v1/opamp"}\nstorage: {directory: ./storage}\n`;

const config = `receivers: {nop: }
exporters: {nop: }
extensions: {health_check: {endpoint: "localhost:13133"}}
service:
  extensions: [health_check]
  telemetry: {metrics: {level: none}, logs: {encoding: ENCODING}}
  pipelines: {traces: {receivers: [nop], exporters: [nop]}}
`;

test.each(["console", "json"])(
  "the real collector's records in its %s encoding go through the log with their level and fields",
  async (encoding) => {
    const folder = scratchFolder();
    writeFileSync(join(folder, "local.yaml"), config.replace("ENCODING", encoding));
    const daemon = startDaemon(
      folder,
      `${server}agent: {executable: "${collectorPath()}", config_files: [local.yaml], passthrough_logs: true}\n`,
    );
    const line = await daemon.waitForLog(
      ({ from, msg }) => from === "agent" && msg === "Starting otelcol...",
    );
    expect(line).toMatchObject({
      level: "info",
      caller: expect.stringMatching(/^service@v.*\/service\.go:\d+$/) as string,
      NumCPU: expect.any(Number) as number,
      resource: { "service.name": expect.any(String) as string },
    });
    expect(Math.abs(Date.parse(String(line["time"])) - Date.now())).toBeLessThan(60_000);
    await daemon.waitForLog("agent is healthy");
    daemon.signal("SIGTERM");
    expect(await daemon.ended).toBe(0);
    const order = daemon.lines.map(({ msg }) => msg);
    expect(order.indexOf("Shutdown complete.")).toBeGreaterThan(0);
    expect(order.indexOf("agent process stopped")).toBeGreaterThan(
      order.indexOf("Shutdown complete."),
    );
    expect(existsSync(join(folder, "storage/agent.log"))).toBe(false);
  },
);

test("what an agent says keeps its levels, and its secrets stay with it", async () => {
  const folder = scratchFolder();
  writeFileSync(join(folder, "local.yaml"), config);
  const daemon = startDaemon(
    folder,
    `${server}agent: {executable: "${agentPath("speaks")}", config_files: [local.yaml], passthrough_logs: true}\n`,
  );
  await daemon.waitForLog("agent is healthy");
  await daemon.waitForLog("words on stdout");
  const said = daemon.lines.filter(
    ({ from, msg }) => from === "agent" && msg !== "words on stdout",
  );
  expect(said.map(({ level, msg }) => `${level} ${msg}`).slice(0, 6)).toEqual([
    "warn Console\twith a tab",
    'error JSON "quoted"',
    "info panic: runtime error",
    "info \tgoroutine 1 [running]:",
    "info Connecting",
    "info [redacted]",
  ]);
  expect(said[1]).toMatchObject({ attempts: 4, time: "2025-11-21T09:00:00.500Z" });
  expect(JSON.stringify(daemon.lines)).not.toContain("abcdef");
});

test("an agent goes on when nobody reads what its supervisor passes on", async () => {
  const folder = scratchFolder();
  writeFileSync(join(folder, "local.yaml"), config);
  writeFileSync(
    join(folder, "supervisor.yaml"),
    `${server}agent: {executable: "${agentPath("floods")}", config_files: [local.yaml], passthrough_logs: true,
  env: {SECONDS: "2", LINES_PER_SECOND: "20000"}}\n`,
  );
  const child = spawn(process.execPath, [program, "--config=./supervisor.yaml"], {
    cwd: folder,
    stdio: ["ignore", "pipe", "ignore"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  child.stdout.pause();
  const agentPid = (): number =>
    (JSON.parse(readFileSync(join(folder, "storage/agent.json"), "utf8")) as { pid: number }).pid;
  await eventually(() => existsSync(join(folder, "storage/agent.json")));
  const written = (): number =>
    Number(/wchar: (\d+)/.exec(readFileSync(`/proc/${agentPid()}/io`, "utf8"))?.[1]);
  // Many times what all buffers on the way hold.
  await eventually(() => written() > 6_000_000);
  expect(lives(agentPid())).toBe(true);
  let text = "";
  child.stdout.on("data", (bytes: Buffer) => (text += String(bytes))).resume();
  await eventually(() => text.includes("lines of the log were dropped"));
  child.kill("SIGTERM");
  await eventually(() => text.includes('"msg":"stopped"'));
});

test("a log that grows while the agent runs is set aside", async () => {
  const folder = scratchFolder();
  writeFileSync(join(folder, "local.yaml"), config);
  const daemon = startDaemon(
    folder,
    `${server}agent: {executable: "${agentPath("floods")}", config_files: [local.yaml],
  log_rotation: {max_size_mib: 1, max_files: 2}, env: {LINES_PER_SECOND: "2000"}}\n`,
  );
  const line = await daemon.waitForLog(({ msg }) =>
    msg.startsWith("the agent's log was set aside"),
  );
  expect(line["keptBytes"]).toBeGreaterThan(1024 * 1024);
  expect(readdirSync(join(folder, "storage"))).toContain("agent.log.1");
  daemon.signal("SIGTERM");
  expect(await daemon.ended).toBe(0);
});
