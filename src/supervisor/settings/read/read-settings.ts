import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { LineCounter, parseDocument, type Document } from "yaml";
import { systemCodeOf, messageOf } from "../../../errors.ts";
import { credentialVariables } from "../inherited-environment.ts";
import { checkTree } from "../file/check-tree.ts";
import { compileSettings } from "./compile.ts";
import { knownTreeFor } from "../keys/known-keys.ts";
import { warnOfIdleKeys } from "./not-acted-on.ts";
import { createProblemList } from "../file/problem-list.ts";
import { createReading } from "./reading.ts";
import { yamlOptions, type TreeContext, buildTree } from "../file/tree.ts";
import { reportUnset } from "../file/unset-variables.ts";
import { reportYaml } from "./yaml-problems.ts";
import type { Problem } from "../file/problem.ts";
import type { Settings } from "../settings.ts";

export { settingsKeys } from "../keys/known-keys.ts";
export { formatProblem } from "../file/problem-text.ts";

/** Settings, or the errors that make them impossible; warnings are among the problems either way. */
export interface SettingsResult {
  readonly settings: Settings | undefined;
  /** From the top of the file to its end. */
  readonly problems: readonly Problem[];
}

/**
 * Reads supervisor.yaml: every key of the reference and ours, variables expanded, everything that is wrong at
 * once. Reads the files that are named in it and changes nothing.
 */
export function readSettings(
  file: string,
  environment: ReadonlyMap<string, string>,
  workingDirectory: string,
): SettingsResult {
  const name = file.replace(/^file:(\/\/)?/, "");
  const text = readText(name, workingDirectory);
  if (typeof text !== "string") return { settings: undefined, problems: [text] };
  const lines = new LineCounter();
  const document = parseDocument(text, { ...yamlOptions, lineCounter: lines });
  const problems = createProblemList(name, text, lines);
  const sources = { environment, workingDirectory };
  const context = { source: text, sources, problems, unset: [], references: [] };
  const settings = readDocument(name, document, context);
  return { settings: problems.hasErrors() ? undefined : settings, problems: problems.list() };
}

function readDocument(
  name: string,
  document: Document.Parsed,
  context: TreeContext,
): Settings | undefined {
  const { problems, sources } = context;
  // Where the text itself is broken, what it seems to say would only add noise.
  if (reportYaml(document, context.source, problems)) return undefined;
  const tree = buildTree(document, context);
  const checked = checkTree(tree, knownTreeFor(tree), problems);
  const settings = compileSettings(name, createReading(checked, problems, sources));
  warnOfIdleKeys(checked, problems);
  reportUnset(context.unset, problems);
  return { ...settings, credentialVariables: credentialVariables(context.references) };
}

function readText(name: string, workingDirectory: string): string | Problem {
  try {
    return readFileSync(resolve(workingDirectory, name), "utf8");
  } catch (error) {
    const code = systemCodeOf(error) === "ENOENT" ? "file-missing" : "file-unreadable";
    const message = unreadable[systemCodeOf(error) ?? ""] ?? messageOf(error);
    const place = { path: "", file: name, line: 0, column: 0, sourceLine: "" };
    return { code, severity: "error", ...place, message };
  }
}

const unreadable: Readonly<Record<string, string>> = {
  ENOENT: "no such file: name the settings file with --config",
  EISDIR: "expected a file, found a directory",
  EACCES: "may not be read by this user",
};
