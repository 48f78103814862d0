import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, readlinkSync, readdirSync } from "node:fs";

/** A supervisor that is measured, and how it is called. */
export interface Contender {
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
}

/** This variable alone adds some 80 ms to every start of Node 20. */
export const environment: NodeJS.ProcessEnv = { ...process.env, NODE_EXTRA_CA_CERTS: undefined };

/** Ours from this checkout, and another one where a path is given. */
export function contendersOf(root: string, other: string | undefined): readonly Contender[] {
  const args = [`${root}/bin/opampsupervisor.cjs`];
  const ours = { name: "ours", program: process.execPath, args };
  return other === undefined ? [ours] : [ours, { name: "other", program: other, args: [] }];
}

/** Starts it in a folder with a supervisor.yaml. */
export function boot({ program, args }: Contender, folder: string): ChildProcess {
  return spawn(program, [...args, "--config", "supervisor.yaml"], {
    cwd: folder,
    env: environment,
    stdio: ["ignore", "ignore", "ignore"],
  });
}

/** Ends it and its agent; one that does not end within its time is ended by force. */
export async function halt(child: ChildProcess, agents: () => readonly number[]): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, "exit");
  const left = agents();
  child.kill("SIGTERM");
  const force = setTimeout(() => child.kill("SIGKILL"), 15_000);
  await exit;
  clearTimeout(force);
  // A supervisor that forgets its agent must not spoil what is measured next.
  for (const pid of left) tryKill(pid);
}

function tryKill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended with its supervisor.
  }
}

/** Which children of a supervisor run this collector. */
export function agentsOf(pid: number | undefined, collector: string): readonly number[] {
  return childrenOf(pid).filter((child) => programOf(child) === collector);
}

// A program of several threads may have started its children from any of them.
function childrenOf(pid: number | undefined): readonly number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((thread) => {
      const text = readFileSync(`/proc/${pid}/task/${thread}/children`, "utf8").trim();
      return text === "" ? [] : text.split(" ").map(Number);
    });
  } catch {
    // It has ended, or a thread has.
    return [];
  }
}

function programOf(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/exe`);
  } catch {
    // It has ended since it was listed.
    return "";
  }
}
