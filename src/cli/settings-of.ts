import { copiesDirectory, fileCopies } from "../sources/kept-copies.ts";
import { noSourceTexts } from "../sources/source.ts";
import {
  formatProblem,
  readSettings,
  type SettingsResult,
} from "../supervisor/settings/read/read-settings.ts";
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

/** Where a running supervisor is found, and its logs. */
const neededToAsk = ["storage", "telemetry.logs", "agent.mode", "agent.passthrough_logs"];

/**
 * The same for whoever asks a running supervisor. It has its layers and its secrets already: they are fetched only where
 * it is not found without them, because a source may be away just when somebody wants to know how things are.
 */
export async function settingsToAsk(
  file: string,
  surroundings: Omit<CliSurroundings, "out">,
): Promise<Settings | undefined> {
  const { draft, problems } = await readWithoutSources(file, surroundings);
  const errors = problems.filter(({ severity }) => severity === "error");
  const away = errors.filter(({ code }) => code === "source-unreachable");
  // Without its text a value may be wrong in other ways too.
  const isAway = errors.every(({ path }) => away.some((each) => each.path === path));
  if (draft !== undefined && isAway && neededToAsk.every(draft.sound)) return draft.settings;
  return settingsOf(file, surroundings);
}

/** Where settings come from elsewhere their own text is fetched, and nothing that they refer to. */
export async function readWithoutSources(
  file: string,
  { environment, workingDirectory }: Pick<CliSurroundings, "environment" | "workingDirectory">,
): Promise<SettingsResult> {
  const copies = copiesDirectory(environment);
  const { of: copyOf } = fileCopies(copies);
  const read = readSettings(file, environment, workingDirectory, noSourceTexts, copyOf);
  if (read.draft !== undefined || read.wanted.length === 0) return read;
  const { fetchSources } = await import("../sources/fetch-sources.ts");
  const fetched = await fetchSources(read.wanted, { environment, timeoutMs, copies });
  return readSettings(file, environment, workingDirectory, fetched, copyOf);
}

/** Less than a health check of a container waits. */
const timeoutMs = 4_000;
