import { endGroup } from "./end-group.ts";

/** How a short command of the agent's binary ended. */
export interface Outcome {
  readonly ok: boolean;
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
  readonly timedOut: boolean;
  /** Why it could not be run to its own end. */
  readonly problem: string | undefined;
  readonly tookMs: number;
}

/** Runs the agent's binary for a moment (`components`, `validate`) with exactly this environment. Never rejects. */
export async function runBinary(
  executable: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  timeoutMs: number,
): Promise<Outcome> {
  // execa is the heaviest of the packages; a start with known facts does without it.
  const { execa } = await import("execa");
  const command = execa(executable, args, {
    env,
    extendEnv: false,
    reject: false,
    // Where the executable is a script, what it started keeps its outputs open: the whole group has to end.
    detached: true,
    stdin: "ignore",
    stripFinalNewline: true,
    maxBuffer: 64 * 1024 * 1024,
  });
  const limit = endAfter(command.pid, timeoutMs);
  const result = await command;
  limit.lift();
  return {
    ok: !result.failed,
    code: result.exitCode,
    stdout: result.stdout,
    stderr: result.stderr,
    timedOut: limit.reached(),
    problem: limit.reached() ? undefined : problemOf(result),
    tookMs: result.durationMs,
  };
}

interface Limit {
  readonly reached: () => boolean;
  readonly lift: () => void;
}

/** Ends a group after a time, and with this process. */
function endAfter(pid: number | undefined, timeoutMs: number): Limit {
  let reached = false;
  const end = (): void => {
    if (pid !== undefined) endGroup(pid);
  };
  const timer = setTimeout(() => {
    reached = true;
    end();
  }, timeoutMs);
  process.once("exit", end);
  return {
    reached: () => reached,
    lift: () => {
      clearTimeout(timer);
      process.off("exit", end);
    },
  };
}

/** What is looked at of the outcome of execa. */
interface Ending {
  readonly failed: boolean;
  readonly exitCode?: number | undefined;
  readonly signal?: string | undefined;
  readonly originalMessage?: string | undefined;
  readonly shortMessage?: string | undefined;
}

/** An end by a signal of somebody else's (a machine without memory) is no answer either. */
function problemOf(ending: Ending): string | undefined {
  if (!ending.failed || ending.exitCode !== undefined) return undefined;
  if (ending.signal !== undefined) return `the command was ended by ${ending.signal}`;
  return ending.originalMessage ?? ending.shortMessage;
}
