import { nameProblem } from "./library-names.ts";
import { parseQuery } from "./query.ts";

/*
 * Configurations with names and all their versions, and groups of agents. Plain values: a store can keep each
 * configuration and each group as one JSON text.
 */

/** Everything that people have saved. */
export interface Library {
  readonly configurations: ReadonlyMap<string, SavedConfiguration>;
  readonly groups: ReadonlyMap<string, SavedGroup>;
}

/** A configuration and its versions, newest first; there is always one. */
export interface SavedConfiguration {
  readonly name: string;
  readonly versions: readonly [SavedVersion, ...SavedVersion[]];
}

/** One text of a configuration; its name may be empty. */
export interface SavedFile {
  readonly name: string;
  readonly text: string;
}

/** One version of a configuration. */
export interface SavedVersion {
  readonly version: number;
  readonly at: number;
  readonly note: string;
  /** What agents report of it, in hex. */
  readonly hash: string;
  readonly files: readonly SavedFile[];
}

/** Agents that a query finds, and the configuration that new ones among them get. */
export interface SavedGroup {
  readonly name: string;
  readonly query: string;
  readonly configuration: string | undefined;
}

/** The library afterwards and what was saved, or why nothing was. */
export type Saving<T> =
  { readonly library: Library; readonly saved: T } | { readonly problem: string };

/** What a configuration becomes. */
export interface ConfigurationWish {
  readonly files: readonly SavedFile[];
  readonly note: string;
  readonly hash: string;
  readonly now: number;
}

type LimitName =
  | "configurations"
  | "groups"
  | "versions"
  | "files"
  | "noteLength"
  | "textLength"
  | "historyLength"
  | "wholeLength";

/** How much is kept. */
export const libraryLimits: Readonly<Record<LimitName, number>> = {
  configurations: 500,
  groups: 100,
  /** Of one configuration. The oldest go first. */
  versions: 50,
  files: 100,
  noteLength: 1_000,
  /** Characters of one version, names included. */
  textLength: 1024 * 1024,
  /** Characters of all versions of one configuration, but for the newest. */
  historyLength: 4 * 1024 * 1024,
  wholeLength: 128 * 1024 * 1024,
};

/** A library that nobody has saved anything in. */
export function emptyLibrary(): Library {
  return { configurations: new Map(), groups: new Map() };
}

/** Saves a version of a configuration; the same texts as in the newest one make no new version. */
export function saveConfiguration(
  library: Library,
  name: string,
  wish: ConfigurationWish,
): Saving<SavedConfiguration> {
  const before = library.configurations.get(name);
  const problem = nameProblem("configuration", name) ?? wishProblem(library, before, wish);
  if (problem !== undefined) return { problem };
  const newest = before?.versions[0];
  if (before !== undefined && newest?.hash === wish.hash) return { library, saved: before };
  const { note, hash, files, now } = wish;
  const version = { version: (newest?.version ?? 0) + 1, at: now, note, hash, files };
  const saved = { name, versions: within([version, ...(before?.versions ?? [])]) };
  return { library: withConfiguration(library, saved), saved };
}

/** Forgets a configuration and all its versions; agents keep what they have. */
export function deleteConfiguration(library: Library, name: string): Saving<string> {
  const holders = groupsWith(library, name);
  if (holders.length > 0) {
    const which = holders.length === 1 ? "group" : "groups";
    return {
      problem: `new agents of the ${which} ${holders.join(", ")} get it; change that first`,
    };
  }
  const configurations = new Map(library.configurations);
  if (!configurations.delete(name)) return { problem: `there is no configuration ${name}` };
  return { library: { ...library, configurations }, saved: name };
}

/** Saves a group in place of the former one of this name. */
export function saveGroup(library: Library, group: SavedGroup): Saving<SavedGroup> {
  const problem = nameProblem("group", group.name) ?? groupProblem(library, group);
  if (problem !== undefined) return { problem };
  return { library: withGroup(library, group), saved: group };
}

/** Forgets a group; its agents keep what they have. */
export function deleteGroup(library: Library, name: string): Saving<string> {
  const groups = new Map(library.groups);
  if (!groups.delete(name)) return { problem: `there is no group ${name}` };
  return { library: { ...library, groups }, saved: name };
}

/** The names of the groups whose new agents get a configuration. */
export function groupsWith({ groups }: Library, configuration: string): readonly string[] {
  const holders = [...groups.values()].filter((group) => group.configuration === configuration);
  return holders.map(({ name }) => name).sort();
}

/** A version by its number; without one, the newest. */
export function versionOf(
  library: Library,
  name: string,
  version: number | undefined,
): SavedVersion | undefined {
  const versions = library.configurations.get(name)?.versions;
  return version === undefined ? versions?.[0] : versions?.find((each) => each.version === version);
}

/** The library with this configuration in place of the former one. */
export function withConfiguration(library: Library, saved: SavedConfiguration): Library {
  const configurations = new Map(library.configurations).set(saved.name, saved);
  return { ...library, configurations };
}

/** The library with this group in place of the former one. */
export function withGroup(library: Library, group: SavedGroup): Library {
  return { ...library, groups: new Map(library.groups).set(group.name, group) };
}

function wishProblem(
  { configurations }: Library,
  before: SavedConfiguration | undefined,
  { files, note }: ConfigurationWish,
): string | undefined {
  const limits = libraryLimits;
  if (files.length === 0) return "expected at least one text, found none";
  if (files.length > limits.files) {
    return `expected at most ${limits.files} texts, found ${files.length}`;
  }
  if (note.length > limits.noteLength) {
    return `expected a note of at most ${limits.noteLength} characters, found ${note.length}`;
  }
  const length = lengthOf(files);
  if (length > limits.textLength) {
    return `expected at most ${limits.textLength} characters of text, found ${length}`;
  }
  if (before === undefined && configurations.size >= limits.configurations) {
    return `expected at most ${limits.configurations} configurations; delete one first`;
  }
  const all = [...configurations.values()].flatMap(({ versions }) => versions);
  const whole = all.reduce((sum, version) => sum + lengthOf(version.files), length);
  if (whole <= limits.wholeLength) return undefined;
  return `all versions together would have more than ${limits.wholeLength} characters; delete a configuration first`;
}

function groupProblem(
  { configurations, groups }: Library,
  { name, query, configuration }: SavedGroup,
): string | undefined {
  const parsed = parseQuery(query);
  if ("problem" in parsed) return `the query, character ${parsed.at + 1}: ${parsed.problem}`;
  if (configuration !== undefined && !configurations.has(configuration)) {
    return `there is no configuration ${configuration}`;
  }
  if (groups.has(name) || groups.size < libraryLimits.groups) return undefined;
  return `expected at most ${libraryLimits.groups} groups; delete one first`;
}

/** The newest versions, as many as are kept. */
function within([newest, ...older]: readonly [
  SavedVersion,
  ...SavedVersion[],
]): SavedConfiguration["versions"] {
  let length = 0;
  const kept = older.slice(0, libraryLimits.versions - 1).filter(({ files }) => {
    length += lengthOf(files);
    return length <= libraryLimits.historyLength;
  });
  return [newest, ...kept];
}

function lengthOf(files: readonly SavedFile[]): number {
  return files.reduce((sum, { name, text }) => sum + name.length + text.length, 0);
}
