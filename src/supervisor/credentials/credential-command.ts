import { runCommand } from "../../processes/run-command.ts";
import { redact } from "../../redact.ts";
import type { Moment } from "./access-token.ts";
import { sharing } from "./single-flight.ts";
import { within } from "../../time-limit.ts";

/** How a command is run that prints a secret. */
interface CommandSettings {
  /** A program and its arguments. */
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** How long its answer is used again. */
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly now: () => Moment;
}

/**
 * The first line that a command prints; `anew` runs it also when its last answer is not old yet. Rejects with words that
 * name the program, never its arguments or what it printed.
 */
export function createCredentialCommand(
  settings: CommandSettings,
): (anew: boolean) => Promise<string> {
  const { intervalMs, now } = settings;
  let last: { readonly text: string; readonly asked: Moment } | undefined;
  const run = sharing(async () => {
    const text = await firstLine(settings);
    last = { text, asked: now() };
    return text;
  });
  return async (anew) => {
    const isRecent = last !== undefined && ageMs(last.asked, now()) < intervalMs;
    return !anew && isRecent && last !== undefined ? last.text : await run();
  };
}

/** By the clock that tells more: one stands still while the machine sleeps, the other may be set back. */
function ageMs(asked: Moment, now: Moment): number {
  return Math.max(now.at - asked.at, now.date.unixMs - asked.date.unixMs);
}

async function firstLine({ command, environment, timeoutMs }: CommandSettings): Promise<string> {
  const [program = "", ...args] = command;
  const late = `the command ${program} did not finish in ${timeoutMs / 1000} s`;
  // What has left the group of the command may keep its output open after the end of all others.
  const outcome = await within(
    timeoutMs + 1_000,
    late,
    runCommand({ program, args, env: environment, timeoutMs }),
  );
  if (outcome.timedOut) throw new Error(late);
  if (outcome.problem !== undefined) throw new Error(faultOf(program, outcome.problem));
  if (!outcome.ok) {
    const words = lastLine(outcome.stderr);
    const said = words === "" ? "and said nothing" : `and said ${words}`;
    throw new Error(`the command ${program} ended with code ${outcome.code ?? "unknown"} ${said}`);
  }
  const [line = ""] = outcome.stdout.split(/\r?\n/, 1);
  if (line.trim() === "") throw new Error(`the command ${program} printed nothing`);
  return line.trim();
}

// The whole sentence may show the arguments.
function faultOf(program: string, problem: string): string {
  const [code] = /\bE[A-Z]{3,}\b|\bSIG[A-Z]+\b/.exec(problem) ?? ["unknown reason"];
  if (code === "ENOENT") return `the command ${program} does not exist`;
  return `the command ${program} could not be run to its end (${code})`;
}

function lastLine(text: string): string {
  return redact(text.trim().split("\n").at(-1) ?? "").slice(0, 200);
}
