import { formatProblem, readSettings } from "../supervisor/read-settings.ts";
import { exitCode } from "./exit.ts";
import type { CliSurroundings } from "./surroundings.ts";

/** Shows everything that is wrong with a supervisor.yaml; gives back the exit code. */
export function check(file: string, surroundings: CliSurroundings): number {
  const { environment, workingDirectory, out, err } = surroundings;
  const { problems } = readSettings(file, environment, workingDirectory);
  for (const problem of problems) err(`${formatProblem(problem)}\n`);
  const errors = problems.filter(({ severity }) => severity === "error").length;
  const warnings = problems.length - errors;
  const counts = `${count(errors, "error")}, ${count(warnings, "warning")}`;
  out(errors === 0 ? `${file} is good (${counts})\n` : `${file} cannot be used (${counts})\n`);
  return errors === 0 ? exitCode.stopped : exitCode.badInput;
}

function count(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? "" : "s"}`;
}
