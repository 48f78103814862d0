import { spawn } from "node:child_process";
import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished, test, expect } from "vitest";
import {
  scratchFolder,
  type Daemon,
  eventually,
  firstPid,
  kill,
  patienceMs,
} from "../../helpers/e2e/daemon.ts";
import { collectorsOf, lives } from "../../helpers/agent/processes.ts";
import { type Host, createHost } from "../../helpers/e2e/scene.ts";
import { nobody } from "../../helpers/e2e/settings-text.ts";

const host = (): Host => createHost(nobody, { local: false, capabilities: [] });

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
  const pid = await firstPid(daemon);
  await daemon.waitForLog("agent is healthy");
  return pid;
}

const rounds = 10;

test.each([
  ["with setpriv", (): string => process.env["PATH"] ?? ""],
  ["with a shell and no setpriv", (): string => pathWith("sh", "sleep")],
])(
  "a supervisor that is killed ten times over leaves no collector behind, %s",
  async (_how, path) => {
    const { folder, boot } = host();
    const bystander = startBystander();
    const environment = { PATH: path() };
    for (let round = 0; round < rounds; round += 1) {
      const daemon = boot(environment);
      const pid = await agentPid(daemon);
      expect(collectorsOf(folder)).toEqual([pid]);
      await kill(daemon);
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
    const { folder, boot } = host();
    const bystander = startBystander();
    const environment = { PATH: pathWith() };
    let left: number | undefined;
    for (let round = 0; round < rounds; round += 1) {
      const daemon = boot(environment);
      const pid = await agentPid(daemon);
      expect(collectorsOf(folder)).toEqual([pid]);
      if (left !== undefined) {
        expect(lives(left)).toBe(false);
        await daemon.waitForLog(
          ({ msg, pid: ended }) =>
            msg === "ended the agent that an earlier supervisor left behind" && ended === left,
        );
      }
      await kill(daemon);
      expect(lives(pid)).toBe(true);
      left = pid;
    }
    const last = boot(environment);
    await agentPid(last);
    last.signal("SIGTERM");
    await last.ended;
    expect(collectorsOf(folder)).toEqual([]);
    expect(lives(bystander)).toBe(true);
  },
  4 * patienceMs,
);
