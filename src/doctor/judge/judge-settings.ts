import type { Problem } from "../../supervisor/settings/file/problem.ts";
import type { FoundElsewhere } from "../../supervisor/settings/read/read-settings.ts";
import { type Finding, apart, fine, problem, warning } from "./finding.ts";

/** What is wrong in supervisor.yaml itself. */
export function judgeSettings(file: string, problems: readonly Problem[]): readonly Finding[] {
  if (problems.length === 0) return [fine("settings", `${file} has no mistakes`)];
  return problems.map(({ severity, path, line, message }) => {
    const place = line > 0 ? `${file}:${line}` : file;
    const key = path === "" ? "" : `${path}: `;
    const { found, advice } = apart(`${place}: ${key}${message}`, `correct it in ${place}`);
    return severity === "error"
      ? problem("settings", found, advice)
      : warning("settings", found, advice);
  });
}

/** What is wrong where the settings meet the machine; `check` names what was looked at. */
export function judgeFound(
  check: string,
  file: string,
  found: readonly FoundElsewhere[],
): readonly Finding[] {
  return found.map(({ severity, path, message }) => {
    const key = path === "" ? "supervisor.yaml" : path;
    const parts = apart(`${key}: ${message}`, `look at ${key} in ${file}`);
    return severity === "error"
      ? problem(check, parts.found, parts.advice)
      : warning(check, parts.found, parts.advice);
  });
}

/** Whether the collector takes what it is to run, and what became of the last offer. */
export function judgeAccepted(
  acceptedBy: string | undefined,
  validates: boolean | undefined,
): readonly Finding[] {
  if (acceptedBy !== undefined) {
    return [fine("configuration", `${acceptedBy} accepts the merged local configuration`)];
  }
  return validates === false
    ? [
        warning(
          "configuration",
          "the collector has no command that looks at a configuration, so the local one shows its faults only when it runs",
          "nothing, or take a newer collector",
        ),
      ]
    : [];
}

/** A configuration of the server's that was refused or failed, as the journal has it. */
export function judgeRefused(why: string, file: string): Finding {
  const first = why.split("\n")[0] ?? "";
  const short = first.length > 300 ? `${first.slice(0, 300)}…` : first;
  return warning(
    "configuration.remote",
    `the last configuration of the server did not come into force: ${short}`,
    "correct it at the server, or have it tried again once the cause is gone",
    `opampsupervisor retry --config ${file}`,
  );
}

/** Whether a supervisor runs on the storage directory, and answers. */
export function judgeSupervisor(
  pid: number | undefined,
  control: { readonly answers: boolean; readonly why: string },
): readonly Finding[] {
  if (pid === undefined)
    return [fine("supervisor", "no supervisor runs with this storage directory now")];
  if (control.answers)
    return [fine("supervisor", `a supervisor runs here, pid ${pid}, and answers`)];
  return [
    problem(
      "supervisor",
      `a supervisor runs here, pid ${pid}, and does not answer: ${control.why}`,
      "look at its log, and start it again where it hangs",
      `ps -fp ${pid}`,
    ),
  ];
}
