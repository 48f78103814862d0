import type { ProblemCode } from "../file/problem.ts";
import type { Checked } from "../file/check-tree.ts";
import { shown } from "../file/convert.ts";
import { durationMs } from "../file/duration.ts";
import type { Sources } from "../file/expand-variables.ts";
import { knownKeys } from "../keys/known-keys.ts";
import type { ProblemList } from "../file/problem-list.ts";
import { type SettingNode, isNull } from "../file/setting-node.ts";

/** What the parts of the settings are made from: checked values with their defaults, and places. */
export interface Reading {
  readonly sources: Sources;
  readonly flag: (path: string) => boolean;
  readonly text: (path: string) => string | undefined;
  /** A number, or milliseconds of a duration. */
  readonly number: (path: string) => number | undefined;
  readonly texts: (path: string) => readonly string[];
  readonly textMap: (path: string) => ReadonlyMap<string, string>;
  readonly textsMap: (path: string) => ReadonlyMap<string, readonly string[]>;
  /** The names in a map of the user's own. */
  readonly names: (path: string) => readonly string[];
  /** The value in a message: quoted only when the user wrote it literally and it is no secret. */
  readonly quoted: (path: string) => string;
  /** What is written there, as it is; undefined where nothing is. */
  readonly node: (path: string) => SettingNode | undefined;
  readonly written: (path: string) => boolean;
  /** True of a key that stands there with nothing behind it. */
  readonly bare: (path: string) => boolean;
  /** Takes in what is wrong with a file that is named here. */
  readonly adopt: (problems: ProblemList) => void;
  readonly error: (code: ProblemCode, path: string, message: string) => void;
  readonly warn: (code: ProblemCode, path: string, message: string) => void;
}

/** Access to checked values by path. A value of the wrong type was reported before: its default stands in. */
export function createReading(checked: Checked, problems: ProblemList, sources: Sources): Reading {
  const { values } = checked;
  const value = (path: string) => values.get(path) ?? defaultOf(path);
  const at = (path: string) => placeOf(path, checked);
  return {
    sources,
    flag: (path) => value(path) === true,
    text: (path) => only(value(path), (each) => typeof each === "string"),
    number: (path) => only(value(path), (each) => typeof each === "number"),
    texts: (path) => listOf(value(path)),
    textMap: (path) => mapOf<string>(values.get(path)),
    textsMap: (path) => mapOf<readonly string[]>(values.get(path)),
    names: (path) => namesIn(checked.entries.get(path)?.node),
    quoted: (path) => quoted(path, checked),
    node: (path) => checked.entries.get(path)?.node,
    written: (path) => values.has(path),
    bare: (path) => saysNothing(checked.entries.get(path)?.node),
    adopt: (others) => problems.adopt(others),
    error(code, path, message) {
      // A key whose value is wrong is not missing as well.
      const known = code === "key-missing" && problems.hasErrors(path);
      if (!known) problems.error(code, path, at(path), message);
    },
    warn: (code, path, message) => problems.warn(code, path, at(path), message),
  };
}

function only<T, U extends T>(value: T, is: (value: T) => value is U): U | undefined {
  return is(value) ? value : undefined;
}

function saysNothing(node: SettingNode | undefined): boolean {
  return node !== undefined && (isNull(node) || (node.kind === "map" && node.entries.size === 0));
}

function listOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? (value as readonly string[]) : [];
}

function mapOf<T>(value: unknown): ReadonlyMap<string, T> {
  return value instanceof Map ? (value as ReadonlyMap<string, T>) : new Map<string, T>();
}

function namesIn(node: SettingNode | undefined): readonly string[] {
  return node?.kind === "map" ? [...node.entries.keys()] : [];
}

function defaultOf(path: string): string | number | boolean | readonly string[] | undefined {
  const rule = knownKeys[path];
  if (rule === undefined || !("default" in rule)) return undefined;
  if (rule.type === "duration") return durationMs(rule.default ?? "");
  return rule.default;
}

// The value, else the key of the nearest parent that is written.
function placeOf(path: string, { entries }: Checked): number | undefined {
  const entry = entries.get(path);
  if (entry !== undefined) return entry.node.start;
  for (let parent = parentOf(path); parent !== ""; parent = parentOf(parent)) {
    const found = entries.get(parent);
    // An item of a text that was split at commas has the place of the text.
    if (found !== undefined) return path.endsWith("]") ? found.node.start : found.keyStart;
  }
  return undefined;
}

function parentOf(path: string): string {
  return path.replace(/(\[\d+\]|\.[^.[]*|^[^.[]*)$/, "");
}

function quoted(path: string, { entries }: Checked): string {
  const entry = entries.get(path) ?? entries.get(path.replace(/\[\d+\]$/, ""));
  return entry === undefined ? "nothing" : shown(entry.node);
}
