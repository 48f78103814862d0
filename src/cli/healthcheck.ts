import { askSupervisor } from "./ask-supervisor.ts";
import { exitCode } from "./exit.ts";
import { readWithoutSources } from "./settings-of.ts";
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
  surroundings: CliSurroundings,
): Promise<number> {
  const { out, err } = surroundings;
  const { draft } = await readWithoutSources(config, surroundings);
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

function answerIn(answer: unknown): { readonly status: number; readonly text: string } {
  const { status, text } = answer as { readonly status?: unknown; readonly text?: unknown };
  const understood = typeof status === "number" && typeof text === "string";
  return understood ? { status, text } : { status: 0, text: JSON.stringify(answer) };
}
