import type { PackageList } from "../../supervisor/core/report/package-answers.ts";
import { askSupervisor } from "../ask-supervisor.ts";
import { exitCode } from "../exit.ts";
import { settingsToAsk } from "../settings-of.ts";
import type { CliSurroundings } from "../surroundings.ts";

/** What may be asked of the running supervisor about versions of the agent. */
export type PackageWish = "list" | "rollback" | "pin" | "unpin";

/** Asks the running supervisor, and prints its answer; gives back the exit code. */
export async function askForPackages(
  wish: PackageWish,
  file: string,
  json: boolean,
  surroundings: CliSurroundings,
): Promise<number> {
  const { out } = surroundings;
  const settings = await settingsToAsk(file, surroundings);
  if (settings === undefined) return exitCode.badInput;
  const { directory } = settings.storage;
  if (wish === "list") {
    const list = (await askSupervisor(directory, "GET", "/packages")) as PackageList;
    out(json ? `${JSON.stringify(list, undefined, 2)}\n` : listText(list));
    return exitCode.stopped;
  }
  const answer = await askSupervisor(directory, "POST", `/packages/${wish}`);
  const { message = "" } = answer as { readonly message?: string };
  out(json ? `${JSON.stringify(answer)}\n` : `${message}\n`);
  return exitCode.stopped;
}

function listText({ runs, rollsBackTo, pinned, offered, addons }: PackageList): string {
  const named = ({ version, executable }: PackageList["runs"]): string =>
    `${version === "" ? "unknown version" : version}  ${executable}`;
  const lines = [
    `in force    ${named(runs)}${pinned ? "  (pinned)" : ""}`,
    `before it   ${rollsBackTo === undefined ? "nothing to go back to" : named(rollsBackTo)}`,
    ...offered.map(
      ({ name, version, state, reason }) =>
        `offered     ${version}${name === "" ? "" : `  ${name}`}  ${state}${reason === undefined ? "" : `: ${reason}`}`,
    ),
    ...addons.map(
      ({ name, version, directory }) => `add-on      ${version}  ${name}  ${directory}`,
    ),
  ];
  return `${lines.join("\n")}\n`;
}
