import { spawnSync } from "node:child_process";
import { findProgram } from "../processes/find-program.ts";

/** This process, as far as it matters here. */
export interface FirstProcess {
  readonly pid: number;
  readonly execPath: string;
  readonly execArgv: readonly string[];
  readonly argv: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** Becomes another program; Node has this from 22.15 on. */
  readonly execve?: (file: string, args: readonly string[], env: NodeJS.ProcessEnv) => unknown;
}

/** Each takes the ends of all processes that it inherits, hands signals on and ends with the code of its child. */
const inits: readonly (readonly [string, readonly string[]])[] = [
  ["tini", ["--"]],
  ["catatonit", ["--"]],
  ["dumb-init", ["--single-child", "--"]],
];

/**
 * The first process of a container inherits the processes whose parents have ended, and Node cannot look at their ends:
 * they stay as zombies. Where an init is installed and this Node can become it, it does, and this program is started
 * anew as its child; else nothing happens.
 */
export function goUnderInit(self: FirstProcess = process): void {
  const { pid, execPath, execArgv, argv, env, execve } = self;
  if (pid !== 1 || execve === undefined) return;
  for (const [name, words] of inits) {
    const init = findProgram(name, env["PATH"] ?? "");
    if (init === undefined || !runs(init)) continue;
    execve.call(self, init, [init, ...words, execPath, ...execArgv, ...argv.slice(1)], env);
    return;
  }
}

/** What cannot be started would end this process when it tries to become that. */
function runs(init: string): boolean {
  return spawnSync(init, ["--version"], { stdio: "ignore", timeout: 5_000 }).status === 0;
}
