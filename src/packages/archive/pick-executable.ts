import type { ExtractedFile } from "./extract.ts";
import { archiveRefusal } from "./refusal.ts";

/** What the collector is called in an archive. */
export interface ExecutableWish {
  /** A name or a path that the operator wrote: nothing else will do. */
  readonly written: string | undefined;
  /** The name that it has now; another one will do where there is only one program. */
  readonly usual: string;
}

/** True of a file that would be the collector by its name. */
export function isCalled(path: string, { written, usual }: ExecutableWish): boolean {
  if (written !== undefined)
    return written.includes("/") ? path === written : nameOf(path) === written;
  return usual !== "" && nameOf(path) === usual;
}

/** Which file of an archive is the collector; throws where that cannot be told. */
export function pickExecutable(files: readonly ExtractedFile[], wish: ExecutableWish): string {
  const called = files.filter(({ path }) => isCalled(path, wish));
  const programs = files.filter(({ isProgram }) => isProgram);
  const candidates = called.length > 0 || wish.written !== undefined ? called : programs;
  const [only, ...more] = candidates;
  if (only !== undefined && more.length === 0) return only.path;
  if (more.length > 0)
    throw archiveRefusal(
      `several that may be the collector: ${listOf(candidates)}: name one in agent.packages.executable`,
    );
  const wanted = wish.written ?? wish.usual;
  const expected = wanted === "" ? "" : ` called ${JSON.stringify(wanted)}`;
  const found = files.length === 0 ? "nothing" : listOf(files);
  throw archiveRefusal(`no program${expected}, but ${found}`);
}

function listOf(files: readonly ExtractedFile[]): string {
  const [shown, more] = [files.slice(0, 10).map(({ path }) => path), files.length - 10];
  return `${shown.join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
