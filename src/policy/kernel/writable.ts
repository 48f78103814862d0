import { segmentsOf, splitGlob } from "../globs.ts";

/** An entry of `file_paths` as a path that the kernel can be told. */
export interface Base {
  readonly entry: string;
  readonly path: string;
  /** The entry stands for all of it: a pattern does not. */
  readonly exact: boolean;
}

/** The longest path without a wildcard that an entry stands below; `/` where nothing is known of it. */
export function baseOf(entry: string): Base {
  if (entry.includes("$")) return { entry, path: "/", exact: false };
  const { fixed, tail } = splitGlob(segmentsOf(entry));
  const exact = tail.every((segment) => segment === "**");
  return { entry, path: `/${fixed.join("/")}`, exact };
}

/** True of a path that is one of these or lies below one. */
export function isBelow(path: string, directories: readonly string[]): boolean {
  return directories.some(
    (each) => path === each || path.startsWith(each === "/" ? each : `${each}/`),
  );
}

/** Paths that an agent may write to which may write nowhere else. */
export interface Writable {
  /** None of them lies below another one, which the agent could have made a link of. */
  readonly open: readonly string[];
  /** Those that are not opened, because all files of the machine or files of ours are below them. */
  readonly held: readonly string[];
}

/** What an allow list makes writable. `own` are paths that the agent must not write to, whatever the list says. */
export function writableBy(allow: readonly string[], own: readonly string[]): Writable {
  const bases = allow.map(baseOf);
  const { open, held } = writableOf(
    bases.map(({ path }) => path),
    own,
  );
  return { open, held: bases.filter(({ path }) => held.includes(path)).map(({ entry }) => entry) };
}

/** The same of paths as they are, without wildcards. */
export function writableOf(paths: readonly string[], own: readonly string[]): Writable {
  const holds = (path: string): boolean =>
    path === "/" || own.some((each) => isBelow(each, [path]));
  const open = [...new Set(paths.filter((path) => !holds(path)))];
  return {
    open: open.filter((path) => !open.some((other) => other !== path && isBelow(path, [other]))),
    held: paths.filter(holds),
  };
}
