import { readSettings, formatProblem } from "../supervisor/settings/read/read-settings.ts";
import type { Settings } from "../supervisor/settings/settings.ts";
import { sendsTelemetry, telemetryStopMs } from "../supervisor/settings/telemetry-stop.ts";
import { exitCode } from "./exit.ts";
import { stopLimits } from "./stop-limits.ts";
import type { CliSurroundings } from "./surroundings.ts";

/** Shows everything that is wrong with a supervisor.yaml; gives back the exit code. */
export function check(file: string, surroundings: CliSurroundings): number {
  const { environment, workingDirectory, out, err } = surroundings;
  const { settings, problems } = readSettings(file, environment, workingDirectory);
  for (const problem of problems) err(`${formatProblem(problem)}\n`);
  const short = settings === undefined ? [] : tooShort(settings, surroundings);
  for (const line of short) err(`${file}: agent.stop_timeout: warning: ${line}\n`);
  const errors = problems.filter(({ severity }) => severity === "error").length;
  const warnings = problems.length - errors + short.length;
  const counts = `${count(errors, "error")}, ${count(warnings, "warning")}`;
  out(errors === 0 ? `${file} is good (${counts})\n` : `${file} cannot be used (${counts})\n`);
  return errors === 0 ? exitCode.stopped : exitCode.badInput;
}

/** What the supervisor itself needs after the agent has ended. */
const marginMs = 2_000;

/** Who would kill the supervisor before the agent has had its time to finish. */
function tooShort(
  { agent: { stopTimeoutMs }, telemetry }: Settings,
  { environment }: CliSurroundings,
): readonly string[] {
  const sends = sendsTelemetry(telemetry);
  const neededMs = stopTimeoutMs + marginMs + (sends ? telemetryStopMs : 0);
  const after = sends
    ? `, the supervisor another ${telemetryStopMs / 1000} s to send its telemetry`
    : "";
  return stopLimits(environment)
    .filter(({ limitMs }) => limitMs < neededMs)
    .map(
      ({ where, limitMs }) =>
        `the agent may take ${stopTimeoutMs / 1000} s to finish${after}, and everything is killed after ${limitMs / 1000} s (${where}): raise the one or lower the other`,
    );
}

function count(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? "" : "s"}`;
}
