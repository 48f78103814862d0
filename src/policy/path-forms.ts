import { type Glob, segmentsOf, splitGlob, widened } from "./globs.ts";
import { percentDecoded } from "./likeness.ts";

/** Follows the links of a path; `.` is the agent's working directory. */
export type RealPath = (path: string) => string;

/** The files that a text may mean. */
export interface Forms {
  /** With links followed, in the ways in which programs and the system do it. */
  readonly real: readonly Glob[];
  /** Those, and the path as it is written. */
  readonly all: readonly Glob[];
}

// `proc` leads to the files of other processes and to the root directory by names that look harmless.
const secondDoor =
  /^\/(proc\/.*\/?(root|cwd|fd|map_files|exe)|dev\/(fd|stdin|stdout|stderr))(\/|$)/;

/**
 * Undefined where it cannot be said which files a path means. A text is judged in all the ways in which programs read
 * it: as it stands, as a URL with and without a host, and with `%2f` for `/`.
 */
export function formsOf(text: string, whole: boolean, realPath: RealPath): Forms | undefined {
  if (text.includes("$")) return undefined;
  const all = plainPaths(text).map((path) => formsOfPath(path, whole, realPath));
  const known = all.filter((forms) => forms !== undefined);
  if (known.length < all.length) return undefined;
  return {
    real: known.flatMap(({ real }) => real),
    all: known.flatMap(({ all: each }) => each),
  };
}

function formsOfPath(path: string, whole: boolean, realPath: RealPath): Forms | undefined {
  const { fixed, tail } = splitGlob(segmentsOf(absoluteOf(path, realPath)));
  if (tail.some((segment) => segment.includes(".."))) return undefined;
  const lexical = withoutDots(fixed);
  const wide = widened(whole ? [...tail, "**"] : tail);
  if ([fixed, lexical].some((each) => secondDoor.test(`/${[...each, ...tail].join("/")}`))) {
    return undefined;
  }
  // What is too long for the system is read only by programs that shorten it first.
  const ways = isTooLong(fixed) ? [lexical] : [lexical, walked(fixed, realPath)];
  const ends = ways.map((each) => followed(each, realPath));
  const real = ends.map((each) => [...each, ...wide]);
  return { real, all: [...real, [...lexical, ...wide]] };
}

const scheme = /^(?:file|unix|unixgram|unixpacket|sqlite3?):/i;

function plainPaths(text: string): readonly string[] {
  const trimmed = text.trim();
  const rest = trimmed.replace(scheme, "");
  if (rest === trimmed) return [withoutBackslashes(trimmed)];
  // `file://localhost/x` is `/x`; a query says how to open it.
  const bare = rest.replace(/^\/\//, "").replace(/[?#].*$/s, "");
  const [, afterHost] = /^\/\/[^/]*(\/.*)$/s.exec(rest.replace(/[?#].*$/s, "")) ?? [];
  const ways = afterHost === undefined || bare.startsWith("/") ? [bare] : [afterHost];
  const decoded = ways.flatMap((each) => [each, percentDecoded(each)]);
  return [...new Set(decoded.map(withoutBackslashes))];
}

// On Windows `\` separates; elsewhere it makes the next letter of a pattern a plain one.
function withoutBackslashes(path: string): string {
  return /^[a-z]:[\\/]/i.test(path) ? `/${path.replaceAll("\\", "/")}` : path.replaceAll("\\", "");
}

function absoluteOf(path: string, realPath: RealPath): string {
  return path.startsWith("/") ? path : `${realPath(".")}/${path}`;
}

/** Go's way: `..` takes away what is written before it. */
function withoutDots(segments: readonly string[]): readonly string[] {
  const done: string[] = [];
  for (const each of segments) {
    if (each === "..") done.pop();
    else done.push(each);
  }
  return done;
}

/** The system's way: `..` is the parent of where a link has led. */
function walked(segments: readonly string[], realPath: RealPath): readonly string[] {
  if (!segments.includes("..")) return segments;
  return segments.reduce<readonly string[]>(
    (done, each) => (each === ".." ? followed(done, realPath).slice(0, -1) : [...done, each]),
    [],
  );
}

/** The system opens no path with more bytes. */
const longestPath = 4096;

function isTooLong(segments: readonly string[]): boolean {
  return segments.reduce((sum, each) => sum + 1 + each.length, 0) > longestPath;
}

/** The segments of a path with its links followed. */
export function followed(segments: readonly string[], realPath: RealPath): readonly string[] {
  return isTooLong(segments) ? segments : segmentsOf(realPath(`/${segments.join("/")}`));
}

/** An entry as it is written and with its links followed; it stands for all that is below it too. */
export function patternsOf(entry: string, realPath: RealPath): readonly Glob[] {
  if (entry.includes("$")) return [];
  const { fixed, tail } = splitGlob(segmentsOf(plainPaths(entry)[0] ?? ""));
  const end = tail.at(-1) === "**" ? tail : [...tail, "**"];
  return [fixed, followed(fixed, realPath)].map((each) => [...each, ...end]);
}
