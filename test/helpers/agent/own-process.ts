import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { Writable, Readable } from "node:stream";
import { buildSync } from "esbuild";
import { onTestFinished } from "vitest";
import { temporaryFolder } from "../temporary-folder.ts";

/** A Node process with its input and output; what it writes to stderr is shown. */
export type OwnProcess = ChildProcessByStdio<Writable, Readable, null>;

const root = join(import.meta.dirname, "../..", "..");

/** Makes a program of some lines of TypeScript that import from `./src/`; gives back its path. */
export function bundle(code: string): string {
  const outfile = join(temporaryFolder(), "program.cjs");
  buildSync({
    stdin: { contents: code, resolveDir: root, loader: "ts" },
    outfile,
    bundle: true,
    platform: "node",
    format: "cjs",
    logLevel: "error",
  });
  return outfile;
}

/** Runs a program in a process of its own, which ends with the test at the latest. */
export function runInOwnProcess(program: string, ...args: readonly string[]): OwnProcess {
  const child = spawn(process.execPath, [program, ...args], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  onTestFinished(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGKILL");
    await once(child, "exit");
  });
  return child;
}

/** The first line that a process writes. */
export async function firstLine({ stdout }: OwnProcess): Promise<string> {
  let text = "";
  for await (const chunk of stdout.iterator({ destroyOnReturn: false })) {
    text += String(chunk);
    if (text.includes("\n")) break;
  }
  return text.split("\n")[0] ?? "";
}
