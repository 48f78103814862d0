import { spawn } from "node:child_process";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { test, expect, onTestFinished } from "vitest";
import { nopConfig } from "../../helpers/agent/agent-configs.ts";
import { agentPath } from "../../helpers/agent/agents.ts";
import { collectorPath, program, eventually } from "../../helpers/e2e/daemon.ts";
import { lives } from "../../helpers/agent/processes.ts";
import { type Host, createHost } from "../../helpers/e2e/scene.ts";
import { nobody } from "../../helpers/e2e/settings-text.ts";

/** No server is there: the agent has to run all the same. */
function hostOf(executable: string, agent: string, encoding = "ENCODING"): Host {
  const telemetry = `metrics: {level: none}, logs: {encoding: ${encoding}}`;
  const local = nopConfig(undefined, { health: "localhost:13133", telemetry });
  return createHost(nobody, { capabilities: [], executable, local, agent });
}

const passedOn = "  passthrough_logs: true\n";

test.each(["console", "json"])(
  "the real collector's records in its %s encoding go through the log with their level and fields",
  async (encoding) => {
    const { boot, path } = hostOf(collectorPath(), passedOn, encoding);
    const daemon = boot();
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
    expect(existsSync(path("storage/agent.log"))).toBe(false);
  },
);

test("what an agent says keeps its levels, and its secrets stay with it", async () => {
  const daemon = hostOf(agentPath("speaks"), passedOn).boot();
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
  const env = '  env: {LINES_PER_SECOND: "20000"}\n';
  const { folder, settings, path, read, write } = hostOf(agentPath("floods"), passedOn + env);
  write("supervisor.yaml", settings);
  const child = spawn(process.execPath, [program, "--config=./supervisor.yaml"], {
    cwd: folder,
    stdio: ["ignore", "pipe", "ignore"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  child.stdout.pause();
  const agentPid = (): number => (JSON.parse(read("storage/agent.json")) as { pid: number }).pid;
  await eventually(() => existsSync(path("storage/agent.json")));
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
  const rotation = "  log_rotation: {max_size_mib: 1, max_files: 2}\n";
  const env = '  env: {LINES_PER_SECOND: "2000"}\n';
  const { boot, path } = hostOf(agentPath("floods"), rotation + env);
  const daemon = boot();
  const line = await daemon.waitForLog(({ msg }) =>
    msg.startsWith("the agent's log was set aside"),
  );
  expect(line["keptBytes"]).toBeGreaterThan(1024 * 1024);
  expect(readdirSync(path("storage"))).toContain("agent.log.1");
  daemon.signal("SIGTERM");
  expect(await daemon.ended).toBe(0);
});
