import { askSupervisor } from "./ask-supervisor.ts";
import { exitCode } from "./exit.ts";
import { settingsOf } from "./settings-of.ts";
import type { CliSurroundings } from "./surroundings.ts";

/** Has the running supervisor try again what failed, and prints what it tries; gives back the exit code. */
export async function retry(file: string, surroundings: CliSurroundings): Promise<number> {
  const { out } = surroundings;
  const settings = settingsOf(file, surroundings);
  if (settings === undefined) return exitCode.badInput;
  const answer = await askSupervisor(settings.storage.directory, "POST", "/retry");
  out(`${messageIn(answer)}\n`);
  return exitCode.stopped;
}

function messageIn(answer: unknown): string {
  const { message } = answer as { readonly message?: unknown };
  return typeof message === "string" ? message : JSON.stringify(answer);
}
