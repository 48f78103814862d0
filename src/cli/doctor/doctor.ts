import { examine } from "../../doctor/examine.ts";
import { examinationJson, worstOf } from "../../doctor/judge/examination-json.ts";
import { exitCode } from "../exit.ts";
import { findingsText } from "./finding-text.ts";
import type { CliSurroundings } from "../surroundings.ts";

/** What the command line asks. */
export interface DoctorOptions {
  readonly config: string;
  readonly json: boolean;
}

/** Looks at everything and prints what was found; gives back the exit code. `unfinished`: something still hangs. */
export async function doctor(
  { config, json }: DoctorOptions,
  surroundings: CliSurroundings,
): Promise<{ readonly code: number; readonly unfinished: boolean }> {
  const { environment, version, terminal, columns, out } = surroundings;
  const examination = await examine(config, surroundings);
  const { findings, usable, unfinished } = examination;
  const coloured = terminal && (environment.get("NO_COLOR") ?? "") === "";
  out(
    json
      ? `${JSON.stringify(examinationJson(version, examination), undefined, 2)}\n`
      : findingsText(findings, { columns, coloured }),
  );
  const worst = worstOf(findings) === "problem" ? exitCode.couldNotRun : exitCode.stopped;
  return { code: usable ? worst : exitCode.badInput, unfinished };
}
