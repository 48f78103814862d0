import { rmSync } from "node:fs";
import { writeOwnFile } from "../../files/own-file.ts";
import { type Outcome, runCommand } from "../../processes/run-command.ts";
import { errorLines } from "../output/error-lines.ts";

/** What the binary makes of a configuration. */
export type Validation =
  | { readonly is: "valid"; readonly tookMs: number }
  | { readonly is: "invalid"; readonly why: string };

const timeoutMs = 60_000;

/**
 * Has the binary look at a configuration without running it, with the arguments and the environment that the run
 * will have. Rejects when it could not be asked.
 */
export async function validateConfig(
  executable: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  text: string,
  scratchPath: string,
  signal?: AbortSignal,
): Promise<Validation> {
  writeOwnFile(scratchPath, text);
  try {
    const outcome = await runCommand({
      program: executable,
      args: ["validate", "--config", scratchPath, ...args],
      env,
      timeoutMs,
      ...(signal !== undefined && { signal }),
    });
    if (outcome.ok) return { is: "valid", tookMs: Math.round(outcome.tookMs) };
    if (outcome.problem !== undefined) throw new Error(outcome.problem);
    if (outcome.timedOut) {
      return {
        is: "invalid",
        why: `the collector did not finish validating it in ${timeoutMs / 1000} s`,
      };
    }
    return { is: "invalid", why: reasonOf(outcome) };
  } finally {
    rmSync(scratchPath, { force: true });
  }
}

function reasonOf({ stdout, stderr, code }: Outcome): string {
  const words = errorLines(`${stdout}\n${stderr}`).join("\n");
  return words === "" ? `it gave no reason and exit code ${code ?? "unknown"}` : words;
}
