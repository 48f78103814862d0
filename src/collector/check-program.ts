import { constants } from "node:fs";
import { stat, access } from "node:fs/promises";
import { systemCodeOf } from "../errors.ts";
import type { CollectorOptions } from "./options.ts";
import { foreignProgram } from "./program-format.ts";
import { runProgram } from "./run-program.ts";

/** What a candidate's own answer to `--version` says about it. */
type Checked =
  | { readonly usable: true; readonly version: string | undefined }
  | { readonly usable: false; readonly reason: string };

/** Whether a file is a collector that runs on this machine; it is run once to find out. */
export async function checkProgram(file: string, options: CollectorOptions): Promise<Checked> {
  const missing = await fileProblem(file);
  if (missing !== undefined) return { usable: false, reason: missing };
  const end = await runProgram({
    program: file,
    args: ["--version"],
    env: Object.fromEntries(options.environment),
    directory: options.workingDirectory,
    timeoutMs: options.limits.versionCheckMs,
    signal: options.signal,
  });
  if (end.problem === undefined) return versionIn(end.output);
  const reason = await explain(file, end.problem, options.architecture);
  return { usable: false, reason };
}

async function explain(file: string, problem: string, architecture: string): Promise<string> {
  const foreign = await foreignProgram(file, architecture).catch(() => false);
  if (foreign) return "it is a program for another kind of machine";
  return `asked for its version, ${problem}`;
}

async function fileProblem(file: string): Promise<string | undefined> {
  try {
    if (!(await stat(file)).isFile()) return "it is not a file";
    await access(file, constants.X_OK);
    return undefined;
  } catch (error) {
    switch (systemCodeOf(error)) {
      case "ENOENT":
      case "ENOTDIR":
        return "it does not exist";
      case "EACCES":
        return "it may not be executed";
      default:
        return `it cannot be looked at (${systemCodeOf(error) ?? "unknown reason"})`;
    }
  }
}

function versionIn(output: string): Checked {
  const line = output.split("\n", 1)[0] ?? "";
  const version = /\bv?(\d+\.\d+\.\d+\S*)/.exec(line)?.[1];
  // Private builds answer with a word, as in "otelcol version latest".
  if (version === undefined && !/\bversion\b/i.test(line)) {
    return { usable: false, reason: "it does not answer --version as a collector does" };
  }
  return { usable: true, version };
}
