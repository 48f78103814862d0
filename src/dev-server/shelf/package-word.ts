import type { PackageStatus, PackageStatuses } from "../../opamp-client/wire/messages.ts";

/** How far an agent is with a package; `waiting` before it has said anything of it. */
export type PackageWord =
  "waiting" | "pending" | "downloading" | "installing" | "installed" | "failed";

/** By their numbers in `PackageStatusEnum`. */
const words: readonly PackageWord[] = [
  "installed",
  "pending",
  "installing",
  "failed",
  "downloading",
];

/** The word for what an agent says of a package; a number that nobody knows says nothing. */
export function packageWord(status: PackageStatus): PackageWord {
  return words[status.status ?? 0] ?? "waiting";
}

/** What is new in a report of packages, in sentences; how far a download is makes none. */
export function packageChanges(
  before: PackageStatuses | undefined,
  after: PackageStatuses | undefined,
): readonly string[] {
  if (after === undefined || before === after) return [];
  const told = [...(after.packages ?? [])].flatMap(([name, status]) => {
    const former = before?.packages?.get(name);
    const text = textOf(name, status);
    return former !== undefined && textOf(name, former) === text ? [] : [text];
  });
  const gone = [...(before?.packages?.keys() ?? [])]
    .filter((name) => after.packages?.has(name) !== true)
    .map((name) => `${packageTitle(name)}: removed`);
  const whole = after.errorMessage ?? "";
  const error = whole === "" || whole === before?.errorMessage ? [] : [`Packages · ${whole}`];
  return [...told, ...gone, ...error];
}

/** How people call a package. */
export function packageTitle(name: string): string {
  return name === "" ? "Package of the collector" : `Package ${name}`;
}

function textOf(name: string, status: PackageStatus): string {
  const word = packageWord(status);
  const { agentHasVersion = "", serverOfferedVersion = "", errorMessage = "" } = status;
  const version = word === "installed" ? agentHasVersion : serverOfferedVersion;
  const title = [packageTitle(name), version].filter((part) => part !== "").join(" ");
  return `${title}: ${word}${errorMessage === "" ? "" : ` · ${errorMessage}`}`;
}
