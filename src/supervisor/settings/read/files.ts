import { constants, statSync, accessSync } from "node:fs";
import { resolve, delimiter, isAbsolute } from "node:path";
import { systemCodeOf } from "../../../errors.ts";
import type { ProblemCode } from "../file/problem.ts";
import type { Sources } from "../file/expand-variables.ts";
import type { Reading } from "./reading.ts";

/** A file that can be used, by its absolute path, or why not. */
type FoundFile =
  | { readonly is: "found"; readonly file: string }
  | { readonly is: "unusable"; readonly code: ProblemCode; readonly message: string };

/** Looks for a file that can be read. */
export function findReadable(path: string, name: string, { workingDirectory }: Sources): FoundFile {
  const file = resolve(workingDirectory, path);
  const fault = faultOf(file, constants.R_OK);
  if (fault === undefined) return { is: "found", file };
  const code = fault === "does not exist" ? "file-missing" : "file-unreadable";
  return { is: "unusable", code, message: `${name} ${fault}` };
}

/** Looks for a program: a path, or a name in the working directory and then in PATH. */
export function findExecutable(path: string, name: string, sources: Sources): FoundFile {
  const { workingDirectory, environment } = sources;
  const here = resolve(workingDirectory, path);
  const isName = !/[/\\]/.test(path);
  const folders = (environment.get("PATH") ?? "").split(delimiter).filter((each) => each !== "");
  const others = isName ? folders.map((folder) => resolve(workingDirectory, folder, path)) : [];
  const faults = new Map<string, string>();
  for (const candidate of [here, ...others]) {
    const fault = faultOf(candidate, constants.X_OK);
    if (fault === undefined) return { is: "found", file: candidate };
    if (fault !== "does not exist") faults.set(candidate, fault);
  }
  const [unusable] = faults.keys();
  if (unusable !== undefined) {
    const subject = unusable === here ? name : `${name} (found in PATH)`;
    return notUsable(`${subject} ${faults.get(unusable) ?? ""}`);
  }
  const start = isAbsolute(path) ? "" : ` in ${workingDirectory}`;
  const tried = isName ? ", nor is it a program in PATH" : "";
  const message = `${name} does not exist${start}${tried}: expected the collector's binary`;
  return { is: "unusable", code: "file-missing", message };
}

function notUsable(fault: string): FoundFile {
  const advice = fault.endsWith("may not be executed") ? ": make it executable with chmod +x" : "";
  return { is: "unusable", code: "not-executable", message: `${fault}${advice}` };
}

// Links are followed. Undefined: the file is there and can be used.
function faultOf(file: string, mode: number): string | undefined {
  try {
    if (!statSync(file).isFile()) return "is not a file";
    accessSync(file, mode);
    return undefined;
  } catch (error) {
    const code = systemCodeOf(error);
    if (code === "ENOENT" || code === "ENOTDIR") return "does not exist";
    if (mode === constants.X_OK) return "may not be executed";
    return `may not be read (${code ?? "unknown reason"})`;
  }
}

/** Warns of what a shell would have replaced: a path that is made would get it as a name. */
export function warnOfShellWords(path: string, written: string, reading: Reading): void {
  const [word] = /^~(?=\/|$)|\$[A-Za-z_]\w*/.exec(written) ?? [];
  if (word === undefined) return;
  const instead = word === "~" ? "${HOME}" : `\${${word.slice(1)}}`;
  const message = `${word} is taken as it stands, as the name of a directory: write ${instead} for what a shell makes of it`;
  reading.warn("value-invalid", path, message);
}
