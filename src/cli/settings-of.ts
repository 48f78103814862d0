import { formatProblem, readSettings } from "../supervisor/settings/read/read-settings.ts";
import type { Settings } from "../supervisor/settings/settings.ts";
import type { CliSurroundings } from "./surroundings.ts";

/** The settings in a file; undefined where something is wrong in them, which is printed. */
export function settingsOf(
  file: string,
  { environment, workingDirectory, err }: Omit<CliSurroundings, "out">,
): Settings | undefined {
  const { settings, problems } = readSettings(file, environment, workingDirectory);
  if (settings !== undefined) return settings;
  for (const problem of problems) err(`${formatProblem(problem)}\n`);
  return undefined;
}
