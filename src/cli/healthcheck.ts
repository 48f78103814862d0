import { copiesDirectory } from "../sources/kept-copies.ts";
import { type Draft, readSettings } from "../supervisor/settings/read/read-settings.ts";
import { askSupervisor } from "./ask-supervisor.ts";
import { exitCode } from "./exit.ts";
import type { CliSurroundings } from "./surroundings.ts";

/** What the command line asks. */
export interface HealthcheckOptions {
  readonly config: string;
  /** Of the agent, instead of the supervisor. */
  readonly ready: boolean;
}

/**
 * Asks the running supervisor how it is, for a container without a shell; gives back 0 when it is well. What is wrong in
 * the settings by now does not matter: a supervisor goes on with those that it has read.
 */
export async function healthcheck(
  { config, ready }: HealthcheckOptions,
  { environment, workingDirectory, out, err }: CliSurroundings,
): Promise<number> {
  const draft = await readDraft(config, environment, workingDirectory);
  if (draft === undefined) {
    err(
      `opampsupervisor: expected the supervisor.yaml of a supervisor that runs, to find it by its storage.directory, found none in ${config}\n`,
    );
    return exitCode.badInput;
  }
  const question = ready ? "/readyz" : "/health";
  const { status, text } = answerIn(
    await askSupervisor(draft.settings.storage.directory, "GET", question),
  );
  out(`${text}\n`);
  return status === 200 ? exitCode.stopped : exitCode.couldNotRun;
}

/** Where settings come from elsewhere their own text is fetched, and none of the layers that they name. */
async function readDraft(
  config: string,
  environment: ReadonlyMap<string, string>,
  workingDirectory: string,
): Promise<Draft | undefined> {
  const { draft, wanted } = readSettings(config, environment, workingDirectory);
  if (draft !== undefined || wanted.length === 0) return draft;
  const { fetchSources } = await import("../sources/fetch-sources.ts");
  const copies = copiesDirectory(environment);
  const fetched = await fetchSources(wanted, { environment, timeoutMs, copies });
  return readSettings(config, environment, workingDirectory, fetched).draft;
}

/** Less than a health check of a container waits. */
const timeoutMs = 4_000;

function answerIn(answer: unknown): { readonly status: number; readonly text: string } {
  const { status, text } = answer as { readonly status?: unknown; readonly text?: unknown };
  const understood = typeof status === "number" && typeof text === "string";
  return understood ? { status, text } : { status: 0, text: JSON.stringify(answer) };
}
