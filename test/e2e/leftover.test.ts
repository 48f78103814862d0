import { spawn } from "node:child_process";
import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished, test, expect } from "vitest";
import {
  collectorPath,
  scratchFolder,
  type Daemon,
  startDaemon,
  collectorsOf,
  eventually,
  lives,
  patienceMs,
} from "../helpers/daemon.ts";

const settings = `server: {endpoint: "ws://127.0.0.1:9/v1/opamp"}
agent: {executable: ${collectorPath()}}
storage: {directory: ./storage}
`;

/** Somebody else's process, which must not be touched. */
function startBystander(): number {
  const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" });
  onTestFinished(() => void child.kill("SIGKILL"));
  return child.pid ?? 0;
}

/** A search path with these programs only. */
function pathWith(...programs: readonly string[]): string {
  const folder = join(scratchFolder(), "bin");
  mkdirSync(folder);
  for (const program of programs) symlinkSync(join("/bin", program), join(folder, program));
  return folder;
}

async function agentPid(daemon: Daemon): Promise<number> {
  const started = await daemon.waitForLog("agent process started");
  await daemon.waitForLog("agent is healthy");
  return Number(started["pid"]);
}

async function killSupervisor(daemon: Daemon): Promise<void> {
  daemon.signal("SIGKILL");
  await daemon.ended;
}

const rounds = 10;

test.each([
  ["with setpriv", (): string => process.env["PATH"] ?? ""],
  ["with a shell and no setpriv", (): string => pathWith("sh", "sleep")],
])(
  "a supervisor that is killed ten times over leaves no collector behind, %s",
  async (_how, path) => {
    const folder = scratchFolder();
    const bystander = startBystander();
    const environment = { PATH: path() };
    for (let round = 0; round < rounds; round += 1) {
      const daemon = startDaemon(folder, settings, environment);
      const pid = await agentPid(daemon);
      expect(collectorsOf(folder)).toEqual([pid]);
      await killSupervisor(daemon);
      await eventually(() => !lives(pid));
      expect(collectorsOf(folder)).toEqual([]);
    }
    expect(lives(bystander)).toBe(true);
  },
  4 * patienceMs,
);

test(
  "without a program that could watch, the next start ends the collector that was left, ten times over",
  async () => {
    const folder = scratchFolder();
    const bystander = startBystander();
    const environment = { PATH: pathWith() };
    let left: number | undefined;
    for (let round = 0; round < rounds; round += 1) {
      const daemon = startDaemon(folder, settings, environment);
      const pid = await agentPid(daemon);
      expect(collectorsOf(folder)).toEqual([pid]);
      if (left !== undefined) {
        expect(lives(left)).toBe(false);
        await daemon.waitForLog(
          ({ msg, pid: ended }) =>
            msg === "ended the agent that an earlier supervisor left behind" && ended === left,
        );
      }
      await killSupervisor(daemon);
      expect(lives(pid)).toBe(true);
      left = pid;
    }
    const last = startDaemon(folder, settings, environment);
    await agentPid(last);
    last.signal("SIGTERM");
    await last.ended;
    expect(collectorsOf(folder)).toEqual([]);
    expect(lives(bystander)).toBe(true);
  },
  4 * patienceMs,
);
