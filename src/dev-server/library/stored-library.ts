import {
  emptyLibrary,
  withConfiguration,
  withGroup,
  type Library,
  type SavedConfiguration,
  type SavedFile,
  type SavedGroup,
  type SavedVersion,
} from "./library.ts";

/** The library from the values that a store has kept; one that has another form is left out. */
export function storedLibrary(
  configurations: readonly unknown[],
  groups: readonly unknown[],
): Library {
  const saved = configurations.map(readConfiguration).filter((each) => each !== undefined);
  const library = saved.reduce(withConfiguration, emptyLibrary());
  return groups
    .map(readGroup)
    .filter((each) => each !== undefined)
    .reduce(withGroup, library);
}

/** A configuration as JSON has brought it. */
export function readConfiguration(value: unknown): SavedConfiguration | undefined {
  if (!isObject(value) || typeof value["name"] !== "string") return undefined;
  const list: unknown = value["versions"];
  if (!Array.isArray(list)) return undefined;
  const [newest, ...older] = list.map(readVersion).filter((each) => each !== undefined);
  return newest === undefined ? undefined : { name: value["name"], versions: [newest, ...older] };
}

/** A group as JSON has brought it. */
export function readGroup(value: unknown): SavedGroup | undefined {
  if (!isObject(value)) return undefined;
  const { name, query, configuration } = value;
  if (typeof name !== "string" || typeof query !== "string") return undefined;
  return {
    name,
    query,
    configuration: typeof configuration === "string" ? configuration : undefined,
  };
}

/** Texts as JSON has brought them. */
export function readFiles(value: unknown): readonly SavedFile[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const files = value.flatMap((each: unknown) => {
    if (!isObject(each)) return [];
    const { name, text } = each;
    return typeof name === "string" && typeof text === "string" ? [{ name, text }] : [];
  });
  return files.length === value.length ? files : undefined;
}

function readVersion(value: unknown): SavedVersion | undefined {
  if (!isObject(value)) return undefined;
  const { version, at, note, hash } = value;
  const files = readFiles(value["files"]);
  if (typeof version !== "number" || typeof at !== "number" || files === undefined)
    return undefined;
  if (typeof note !== "string" || typeof hash !== "string") return undefined;
  return { version, at, note, hash, files };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
