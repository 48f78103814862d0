import { tooShort } from "../doctor/edges/stop-limits.ts";
import { type AgentCheck, checkAgent } from "../supervisor/control/check-agent.ts";
import { checkPlaces } from "../supervisor/control/check-places.ts";
import type { Problem } from "../supervisor/settings/file/problem.ts";
import { formatProblem } from "../supervisor/settings/read/read-settings.ts";
import { exitCode } from "./exit.ts";
import { readWithSources } from "../supervisor/settings/read/read-with-sources.ts";
import type { CliSurroundings } from "./surroundings.ts";

/** What the command line asks. */
export interface CheckOptions {
  readonly config: string;
  /** Whether the agent's binary is run, to look at the local configuration. */
  readonly run: boolean;
}

/** Shows everything that would stop a supervisor from starting; gives back the exit code. */
export async function check(
  { config: file, run }: CheckOptions,
  surroundings: CliSurroundings,
): Promise<number> {
  const { environment, out, err } = surroundings;
  const read = await readWithSources(file, surroundings);
  for (const note of read.notes) err(`${file}: warning: ${note}\n`);
  const { settings, draft } = read;
  const places = draft === undefined ? [] : checkPlaces(draft);
  const mayRun = run && settings !== undefined;
  const agent = mayRun ? await checkAgent(settings, surroundings) : nobodyAsked;
  const problems = draft?.withFound([...places, ...agent.found]) ?? read.problems;
  for (const problem of problems) err(`${formatProblem(problem)}\n`);
  const short = settings === undefined ? [] : tooShort(settings, environment);
  for (const line of short) err(`${file}: agent.stop_timeout: warning: ${line}\n`);
  const errors = problems.filter(({ severity }) => severity === "error");
  const warnings = problems.length - errors.length + short.length;
  const counts = `${count(errors.length, "error")}, ${count(warnings, "warning")}`;
  const accepted =
    agent.acceptedBy === undefined ? "" : `; ${agent.acceptedBy} accepts what it is to run`;
  out(
    errors.length === 0
      ? `${file} is good (${counts})${accepted}\n`
      : `${file} cannot be used (${counts})\n`,
  );
  return codeOf(errors);
}

const nobodyAsked: AgentCheck = { found: [], acceptedBy: undefined };

/** A place that cannot be written, or a wall that cannot be had, is the machine's fault, which a supervisor ends with the same code for. */
function codeOf(errors: readonly Problem[]): number {
  if (errors.length === 0) return exitCode.stopped;
  return errors.every(({ code }) => code === "not-writable" || code === "no-wall")
    ? exitCode.couldNotRun
    : exitCode.badInput;
}

function count(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? "" : "s"}`;
}
