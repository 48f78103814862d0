import type { StatusAnswer } from "../../supervisor/core/report/status/status-answer.ts";
import { messageOf } from "../../errors.ts";
import { askSupervisor } from "../ask-supervisor.ts";
import { exitCode } from "../exit.ts";
import { paintFor } from "../screen-text.ts";
import { settingsToAsk } from "../settings-of.ts";
import { statusText } from "./status-text.ts";
import type { CliSurroundings } from "../surroundings.ts";
import { untilInterrupted } from "./until-interrupted.ts";

/** What the command line asks. */
export interface StatusOptions {
  readonly config: string;
  readonly json: boolean;
  readonly watch: boolean;
}

/** Prints how things are; gives back the exit code. */
export async function status(
  options: StatusOptions,
  surroundings: CliSurroundings,
): Promise<number> {
  const settings = await settingsToAsk(options.config, surroundings);
  if (settings === undefined) return exitCode.badInput;
  const { directory } = settings.storage;
  if (options.watch) return watch(directory, options.json, surroundings);
  const answer = await askForStatus(directory);
  const indented = `${JSON.stringify(answer, undefined, 2)}\n`;
  surroundings.out(options.json ? indented : screen(answer, surroundings));
  return codeOf(answer);
}

/** Asks the supervisor of this storage directory; throws where none answers. */
export async function askForStatus(directory: string): Promise<StatusAnswer> {
  return (await askSupervisor(directory, "GET", "/status")) as StatusAnswer;
}

function codeOf({ health: { word } }: StatusAnswer): number {
  return word === "healthy" || word === "parked" ? exitCode.stopped : exitCode.notWell;
}

/** Wider than this nobody reads. */
const widest = 120;

function screen(answer: StatusAnswer, { terminal, columns, environment }: CliSurroundings): string {
  const width = terminal && columns > 0 ? Math.max(40, Math.min(widest, columns)) : 80;
  return statusText(answer, { columns: width, paint: paintFor(terminal, environment) });
}

const everyMs = 1_000;

/** Shows it anew until it is interrupted; a supervisor that is away may come back. */
async function watch(
  directory: string,
  json: boolean,
  surroundings: CliSurroundings,
): Promise<number> {
  let code: number = exitCode.couldNotRun;
  let begun = false;
  await untilInterrupted(everyMs, async () => {
    let text: string;
    try {
      const answer = await askForStatus(directory);
      code = codeOf(answer);
      text = json ? `${JSON.stringify(answer)}\n` : screen(answer, surroundings);
    } catch (error) {
      code = exitCode.couldNotRun;
      text = json ? `${JSON.stringify({ error: messageOf(error) })}\n` : `${messageOf(error)}\n`;
    }
    show(text, !begun, json, surroundings);
    begun = true;
  });
  return code;
}

/** Written over what stands there, so that nothing flickers; appended where there is no screen. */
function show(
  text: string,
  first: boolean,
  json: boolean,
  { terminal, out }: CliSurroundings,
): void {
  if (json || !terminal) return out(json || first ? text : `\n${text}`);
  const { rows } = process.stdout;
  // Some terminals do not say how high they are.
  const most = rows > 1 ? rows - 1 : Infinity;
  const lines = text.trimEnd().split("\n").slice(0, most);
  const clear = first ? "\u001b[2J" : "";
  out(`${clear}\u001b[H${lines.map((line) => `${line}\u001b[K\n`).join("")}\u001b[J`);
}
