import { request } from "node:http";
import { messageOf, systemCodeOf } from "../../errors.ts";
import { controlPath } from "../../supervisor/control/control-path.ts";

const patienceMs = 2_000;

/** Whether whoever listens at the control socket of a storage directory answers at all. Never rejects. */
export function askControl(
  directory: string,
): Promise<{ readonly answers: boolean; readonly why: string }> {
  const { path: socketPath, problem } = controlPath(directory);
  if (problem !== undefined) return Promise.resolve({ answers: false, why: problem });
  return new Promise((resolve) => {
    const signal = AbortSignal.timeout(patienceMs);
    const asked = request({ socketPath, path: "/", method: "GET", signal }, (response) => {
      response.on("error", () => undefined).resume();
      resolve({ answers: true, why: "" });
    });
    asked.on("error", (error) => {
      const late = `${socketPath} gave no answer in ${patienceMs / 1000} s`;
      const why = `${socketPath}: ${systemCodeOf(error) ?? messageOf(error)}`;
      resolve({ answers: false, why: signal.aborted ? late : why });
    });
    asked.end();
  });
}
