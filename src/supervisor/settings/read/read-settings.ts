import { LineCounter, parseDocument, type Document } from "yaml";
import { credentialVariables } from "../inherited-environment.ts";
import { checkTree } from "../file/check-tree.ts";
import { type SourceTexts, isSource, noSourceTexts, shownSource } from "../../../sources/source.ts";
import { type Sources, sourceText } from "../file/expand-variables.ts";
import { compileSettings } from "./compile.ts";
import { knownTreeFor } from "../keys/known-keys.ts";
import { warnOfIdleKeys } from "./not-acted-on.ts";
import { createProblemList, type ProblemList } from "../file/problem-list.ts";
import { createReading, type Reading } from "./reading.ts";
import { readText, settingsText, wholeFileProblem } from "./read-text.ts";
import { yamlOptions, type TreeContext, buildTree } from "../file/tree.ts";
import { reportUnset } from "../file/unset-variables.ts";
import { reportCollectorConfig } from "../file/collector-config.ts";
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
  /** Undefined where the text is no settings file at all. */
  readonly draft: Draft | undefined;
  /** Sources that were referred to and are not fetched yet: with their texts the file has to be read again. */
  readonly wanted: readonly string[];
}

/** What was read, with its errors, for whoever looks at what surrounds a supervisor. */
export interface Draft {
  /** Where a key has an error its default stands, or nothing. */
  readonly settings: Settings;
  /** True of a key without errors, also below it. */
  readonly sound: (path: string) => boolean;
  /** All problems, those that were found elsewhere at the places of their keys. */
  readonly withFound: (found: readonly FoundElsewhere[]) => readonly Problem[];
}

/** What is wrong with a setting where it meets the machine. */
export type FoundElsewhere = Pick<Problem, "code" | "severity" | "path" | "message">;

/**
 * Reads supervisor.yaml: every key of the reference and ours, variables expanded, everything that is wrong at
 * once. Reads the files that are named in it and changes nothing.
 */
export function readSettings(
  file: string,
  environment: ReadonlyMap<string, string>,
  workingDirectory: string,
  fetched: SourceTexts = noSourceTexts,
  copyOf: Sources["copyOf"] = () => undefined,
): SettingsResult {
  const name = file.replace(/^file:(\/\/)?/, "");
  const wanted = new Set<string>();
  const sources = {
    ...{ environment, workingDirectory, fetched, copyOf },
    want: (source: string) => void wanted.add(source),
  };
  const text = isSource(file) ? settingsFrom(file, sources) : readText(name, workingDirectory);
  if (typeof text !== "string") {
    return { settings: undefined, problems: [text], draft: undefined, wanted: [...wanted] };
  }
  const lines = new LineCounter();
  const document = parseDocument(text, { ...yamlOptions, lineCounter: lines });
  const problems = createProblemList(shownSource(name), text, lines);
  const context = { source: text, sources, problems, unset: [], references: [] };
  const draft = readDocument(shownSource(name), document, context);
  const settings = problems.hasErrors() ? undefined : draft?.settings;
  return { settings, problems: problems.list(), draft, wanted: [...wanted] };
}

/** The settings themselves may come from elsewhere. */
function settingsFrom(source: string, sources: Sources): string | Problem {
  const found = sourceText(source, sources);
  const name = shownSource(source);
  if ("text" in found) return settingsText(name, Buffer.from(found.text));
  return wholeFileProblem(name, "source-unreachable", `cannot be fetched: ${found.fault}`);
}

function readDocument(
  name: string,
  document: Document.Parsed,
  context: TreeContext,
): Draft | undefined {
  const { problems, sources } = context;
  // Where the text itself is broken, what it seems to say would only add noise.
  if (reportYaml(document, context.source, problems)) return undefined;
  const tree = buildTree(document, context);
  if (reportCollectorConfig(tree, problems)) return undefined;
  const checked = checkTree(tree, knownTreeFor(tree), problems);
  const reading = createReading(checked, problems, sources);
  const settings = compileSettings(name, reading);
  warnOfIdleKeys(checked, problems);
  reportUnset(context.unset, problems);
  const variables = [...credentialVariables(context.references), ...variableOf(name)];
  return draftOf({ ...settings, credentialVariables: variables }, reading, problems);
}

/** A variable with the whole settings in it has their secrets too. */
function variableOf(name: string): readonly string[] {
  return name.startsWith("env:") ? [name.slice(4)] : [];
}

function draftOf(settings: Settings, reading: Reading, problems: ProblemList): Draft {
  const faulty = problems.list().filter(({ severity }) => severity === "error");
  return {
    settings,
    sound: (path) => !faulty.some((each) => each.path === path || isBelow(each.path, path)),
    withFound: (found) => {
      for (const { severity, code, path, message } of found) {
        if (severity === "error") reading.error(code, path, message);
        else reading.warn(code, path, message);
      }
      return problems.list();
    },
  };
}

function isBelow(path: string, above: string): boolean {
  return path.startsWith(`${above}.`) || path.startsWith(`${above}[`);
}
