import { binaryWarning } from "../agent-config/binary-warning.ts";
import { messageOf } from "../errors.ts";
import { askBinary } from "../supervisor/control/ask-binary.ts";
import { overridingWarning } from "../supervisor/settings/agent-environment.ts";
import { readSettings, formatProblem } from "../supervisor/settings/read/read-settings.ts";
import type { Settings } from "../supervisor/settings/settings.ts";
import { sendsTelemetry, telemetryStopMs } from "../supervisor/settings/telemetry-stop.ts";
import { exitCode } from "./exit.ts";
import { stopLimits } from "./stop-limits.ts";
import type { CliSurroundings } from "./surroundings.ts";

/** Shows everything that is wrong with a supervisor.yaml; gives back the exit code. */
export async function check(file: string, surroundings: CliSurroundings): Promise<number> {
  const { environment, workingDirectory, out, err } = surroundings;
  const { settings, problems } = readSettings(file, environment, workingDirectory);
  for (const problem of problems) err(`${formatProblem(problem)}\n`);
  const found = settings === undefined ? [] : await lookAround(settings, surroundings);
  for (const { key, severity, message } of found) {
    err(`${file}: ${key}: ${severity === "warning" ? "warning: " : ""}${message}\n`);
  }
  const all = [...problems, ...found];
  const errors = all.filter(({ severity }) => severity === "error").length;
  const counts = `${count(errors, "error")}, ${count(all.length - errors, "warning")}`;
  out(errors === 0 ? `${file} is good (${counts})\n` : `${file} cannot be used (${counts})\n`);
  return errors === 0 ? exitCode.stopped : exitCode.badInput;
}

/** Something that does not show in the file alone. */
interface Finding {
  readonly key: string;
  readonly severity: "error" | "warning";
  readonly message: string;
}

async function lookAround(
  settings: Settings,
  surroundings: CliSurroundings,
): Promise<readonly Finding[]> {
  const overriding = overridingWarning(settings, surroundings.environment);
  return [
    ...tooShort(settings, surroundings).map((line) => warning("agent.stop_timeout", line)),
    ...(overriding === undefined ? [] : [warning("agent.env", overriding)]),
    ...(await lookAtBinary(settings, surroundings)),
  ];
}

function warning(key: string, message: string): Finding {
  return { key, severity: "warning", message };
}

/** The binary is asked as a start would ask it. */
async function lookAtBinary(
  settings: Settings,
  { environment }: CliSurroundings,
): Promise<readonly Finding[]> {
  // Somebody else has it.
  if (settings.agent.executable === "") return [];
  const key = "agent.executable";
  try {
    const message = binaryWarning(await askBinary(settings, environment));
    return message === undefined ? [] : [warning(key, message)];
  } catch (error) {
    return [{ key, severity: "error", message: messageOf(error) }];
  }
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
