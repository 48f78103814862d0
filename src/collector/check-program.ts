import { constants } from "node:fs";
import { stat, access } from "node:fs/promises";
import { systemCodeOf } from "../errors.ts";
import { readBuildInfo } from "../agent/binary/build-info.ts";
import { builtCollector } from "../agent/binary/built-collector.ts";
import { isCollectorHelp } from "../agent/binary/identify.ts";
import type { CollectorOptions } from "./options.ts";
import { foreignProgram } from "./program-format.ts";
import { type ProgramEnd, runProgram } from "./run-program.ts";

/** Whether a candidate is of use, and which version it has where that is known. */
type Checked =
  | { readonly usable: true; readonly version: string | undefined }
  | { readonly usable: false; readonly reason: string };

/**
 * Whether a file is a collector that runs on this machine: it is run to find out. One that knows no `--version` is
 * known by what it was built from, or by its help.
 */
export async function checkProgram(file: string, options: CollectorOptions): Promise<Checked> {
  const missing = await fileProblem(file);
  if (missing !== undefined) return { usable: false, reason: missing };
  const ask = (parameter: string): Promise<ProgramEnd> => askProgram(file, parameter, options);
  const end = await ask("--version");
  const version = end.problem === undefined ? versionIn(end.output) : undefined;
  if (version !== undefined) return version;
  const foreign = await foreignProgram(file, options.architecture).catch(() => false);
  if (foreign) return { usable: false, reason: "it is a program for another kind of machine" };
  if (!end.ran) return { usable: false, reason: reasonOf(end) };
  const built = builtCollector(await readBuildInfo(file), file);
  if (built === undefined && !isCollectorHelp((await ask("--help")).output)) {
    return { usable: false, reason: reasonOf(end) };
  }
  return { usable: true, version: /^v?(\d+\.\d+\.\d+\S*)$/.exec(built?.version ?? "")?.[1] };
}

function askProgram(
  program: string,
  parameter: string,
  options: CollectorOptions,
): Promise<ProgramEnd> {
  return runProgram({
    program,
    args: [parameter],
    env: Object.fromEntries(options.environment),
    directory: options.workingDirectory,
    timeoutMs: options.limits.versionCheckMs,
    signal: options.signal,
  });
}

function reasonOf({ problem }: ProgramEnd): string {
  return problem === undefined
    ? "it does not answer --version as a collector does"
    : `asked for its version, ${problem}`;
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

function versionIn(output: string): Checked | undefined {
  const line = output.split("\n", 1)[0] ?? "";
  const version = /\bv?(\d+\.\d+\.\d+\S*)/.exec(line)?.[1];
  // Private builds answer with a word, as in "otelcol version latest".
  if (version === undefined && !/\bversion\b/i.test(line)) return undefined;
  return { usable: true, version };
}
