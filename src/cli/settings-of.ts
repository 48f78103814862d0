import { formatProblem } from "../supervisor/settings/read/read-settings.ts";
import type { Settings } from "../supervisor/settings/settings.ts";
import { readWithSources } from "../supervisor/settings/read/read-with-sources.ts";
import type { CliSurroundings } from "./surroundings.ts";

/** The settings in a file; undefined where something is wrong in them, which is printed. */
export async function settingsOf(
  file: string,
  { environment, workingDirectory, err }: Omit<CliSurroundings, "out">,
): Promise<Settings | undefined> {
  const { settings, problems, notes } = await readWithSources(file, {
    environment,
    workingDirectory,
  });
  for (const note of notes) err(`opampsupervisor: ${note}\n`);
  if (settings !== undefined) return settings;
  for (const problem of problems) err(`${formatProblem(problem)}\n`);
  return undefined;
}
