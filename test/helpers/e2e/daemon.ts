import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { onTestFinished, expect } from "vitest";
import {
  withPlantedSecrets,
  plantedEnvironment,
  commandLineOf,
  plantedVariableOf,
  findSecrets,
} from "./planted-secrets.ts";
import { collectorsOf } from "../agent/processes.ts";

/** The program as it is shipped. */
export const program: string = join(import.meta.dirname, "../../../bin/opampsupervisor.cjs");

/** Generous: no test waits so long unless something is broken. */
export const patienceMs = 30_000;

/** One line of the daemon's log. */
export interface LogLine {
  readonly level: string;
  readonly msg: string;
  readonly [field: string]: unknown;
}

/** A running daemon and what it has said. */
export interface Daemon {
  readonly pid: number;
  readonly lines: readonly LogLine[];
  /** The first line, from now or before, that fits. */
  readonly waitForLog: (fits: string | ((line: LogLine) => boolean)) => Promise<LogLine>;
  readonly signal: (signal: NodeJS.Signals) => void;
  readonly ended: Promise<number | null>;
  readonly stderr: () => string;
}

/** The path of the real collector; the test run sees to it that there is one. */
export function collectorPath(kind: "full" | "plain" = "full"): string {
  const name = kind === "full" ? "TEST_COLLECTOR" : "TEST_COLLECTOR_PLAIN";
  const path = process.env[name];
  if (path === undefined) throw new Error(`expected ${name} to name a collector; run npm test`);
  return path;
}

/** A folder that is gone after the test. */
export function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "opampsupervisor-e2e-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Writes supervisor.yaml into a folder, with secrets that must come out nowhere; gives back what it wrote. */
export function writeSettings(folder: string, supervisorYaml: string): string {
  const text = withPlantedSecrets(supervisorYaml);
  writeFileSync(join(folder, "supervisor.yaml"), text);
  return text;
}

/**
 * Writes supervisor.yaml into a folder and runs it there; ended with the test at the latest, and then all that it said,
 * wrote and sent is searched for the planted secrets. `launcher` is a command that becomes the program which follows it.
 */
export function startDaemon(
  folder: string,
  supervisorYaml: string,
  environment: Readonly<Record<string, string>> = {},
  launcher: readonly string[] = [],
): Daemon {
  const planted = plantedEnvironment(writeSettings(folder, supervisorYaml));
  const ours = [program, "--config=./supervisor.yaml"];
  const [command = process.execPath, ...args] = launcher;
  return follow(
    spawn(command, launcher.length === 0 ? ours : [...args, process.execPath, ...ours], {
      cwd: folder,
      env: { ...process.env, ...planted, ...environment },
      stdio: ["ignore", "pipe", "pipe"],
    }),
    folder,
  );
}

function follow(child: ChildProcess, folder: string): Daemon {
  const shown = { commandLines: "", agentEnvironment: "" };
  const note = (pid: number): void => {
    shown.commandLines += commandLineOf(pid);
    shown.agentEnvironment += plantedVariableOf(pid);
  };
  const lines: LogLine[] = [];
  const waiting = new Set<() => void>();
  let stderr = "";
  const ended = once(child, "exit").then(([code]: (number | null)[]) => code ?? null);
  if (child.stdout === null || child.stderr === null)
    throw new Error("the daemon's output is piped");
  createInterface({ input: child.stdout }).on("line", (text) => {
    const line = JSON.parse(text) as LogLine;
    lines.push(line);
    if (line.msg === "agent process started") note(Number(line["pid"]));
    for (const look of waiting) look();
  });
  child.stderr.on("data", (bytes: Buffer) => {
    stderr += bytes.toString();
  });
  onTestFinished(async () => {
    shown.commandLines += commandLineOf(child.pid ?? 0);
    for (const pid of collectorsOf(folder)) note(pid);
    child.kill("SIGTERM");
    const forced = setTimeout(() => child.kill("SIGKILL"), patienceMs);
    await ended;
    clearTimeout(forced);
    const said = { log: JSON.stringify(lines), stderr, ...shown };
    expect(findSecrets(folder, said), "places where a secret came out").toEqual([]);
  });
  return {
    pid: child.pid ?? 0,
    lines,
    ended,
    stderr: () => stderr,
    signal: (signal) => void child.kill(signal),
    waitForLog: (fits) => {
      const wanted = typeof fits === "string" ? (line: LogLine) => line.msg === fits : fits;
      return new Promise((resolve, reject) => {
        const look = (): void => {
          const line = lines.find(wanted);
          if (line === undefined) return;
          clearTimeout(timer);
          waiting.delete(look);
          resolve(line);
        };
        const timer = setTimeout(() => {
          waiting.delete(look);
          const seen = lines.map((line) => JSON.stringify(line)).join("\n");
          reject(new Error(`no such line in the log (${String(fits)}):\n${seen}\n${stderr}`));
        }, patienceMs);
        waiting.add(look);
        look();
      });
    },
  };
}

/** Resolves when the question is answered by true; asks again and again, within limits. */
export async function eventually(question: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + patienceMs;
  while (!(await question())) {
    if (Date.now() > end) throw new Error(`not so within ${patienceMs} ms: ${question.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** How often a line of the log said this. */
export function count({ lines }: Daemon, msg: string): number {
  return lines.filter((line) => line.msg === msg).length;
}

/** The processes of the agent so far, in the order of their starts. */
export function pidsOf({ lines }: Daemon): readonly number[] {
  return lines
    .filter(({ msg }) => msg === "agent process started")
    .map((line) => Number(line["pid"]));
}

/** The first process of the agent, as soon as there is one. */
export async function firstPid(daemon: Daemon): Promise<number> {
  return Number((await daemon.waitForLog("agent process started"))["pid"]);
}

/** Kills the supervisor; its agent is nobody's business here. */
export async function kill(daemon: Daemon): Promise<void> {
  daemon.signal("SIGKILL");
  await daemon.ended;
}
