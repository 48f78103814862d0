import { rmSync } from "node:fs";
import { writeOwnFile } from "../../files/own-file.ts";
import { fairShareBytes } from "../../processes/memory-limit.ts";
import { type Outcome, runCommand } from "../../processes/run-command.ts";
import { errorLines } from "../output/error-lines.ts";
import { type Wall, behindWall, endBehind, noWall } from "../process/wall.ts";

/** What the binary makes of a configuration. */
export type Validation =
  | { readonly is: "valid"; readonly tookMs: number }
  | { readonly is: "invalid"; readonly why: string }
  /** It was ended while it looked, so nothing is known. */
  | { readonly is: "unfinished"; readonly why: string; readonly tookMs: number };

const usualTimeoutMs = 60_000;

/** A server can have a collector say much; what is said is kept several times over. */
const maxOutputBytes = 4 * 1024 * 1024;

interface Bounds {
  readonly wall?: Wall;
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
  /** It has to run whatever it takes: no limit of memory. */
  readonly mayTakeAll?: boolean;
}

/**
 * Has the binary look at a configuration without running it, with the arguments, the environment and the wall that the
 * run will have. Rejects when it could not be asked.
 */
export async function validateConfig(
  executable: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  text: string,
  scratchPath: string,
  { wall = noWall, signal, timeoutMs = usualTimeoutMs, mayTakeAll = false }: Bounds = {},
): Promise<Validation> {
  const all = ["validate", "--config", scratchPath, ...args];
  const [program, programArgs] = behindWall(wall, executable, all);
  writeOwnFile(scratchPath, text);
  try {
    const outcome = await runCommand({
      program,
      args: programArgs,
      env,
      timeoutMs,
      maxOutputBytes,
      // A few kilobytes can make it take gigabytes, while the agent runs beside it.
      maxMemoryBytes: mayTakeAll ? Infinity : fairShareBytes(),
      ...(signal !== undefined && { signal }),
    });
    const tookMs = Math.round(outcome.tookMs);
    if (outcome.ok) return { is: "valid", tookMs };
    if (outcome.timedOut) {
      const why = `the collector did not finish validating it in ${timeoutMs / 1000} s`;
      return { is: "unfinished", why, tookMs };
    }
    const { signal: endedBy } = endBehind(wall, outcome);
    const why =
      outcome.problem ??
      (endedBy === undefined ? undefined : `the command was ended by ${endedBy}`);
    if (why === undefined) return { is: "invalid", why: reasonOf(outcome) };
    // One that took too much, or that the kernel ended for want of memory, has begun to look.
    if (outcome.startCode === undefined && signal?.aborted !== true) {
      return { is: "unfinished", why, tookMs };
    }
    throw new Error(why);
  } finally {
    rmSync(scratchPath, { force: true });
  }
}

function reasonOf({ stdout, stderr, code }: Outcome): string {
  const words = errorLines(`${stdout}\n${stderr}`).join("\n");
  return words === "" ? `it gave no reason and exit code ${code ?? "unknown"}` : words;
}
