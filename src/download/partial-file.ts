import { rmSync, statSync } from "node:fs";
import type { IncomingHttpHeaders } from "node:http";
import { writeFileAtomic } from "../files/atomic-file.ts";
import { type PartialFile, validatorIn } from "./resume-range.ts";
import { readRegularText } from "../files/regular-file.ts";

const maxNoteBytes = 16 * 1024;

/** Where a file lies while it is not whole; the name that it has when it is never stands for a part. */
export function partialPath(file: string): string {
  return `${file}.partial`;
}

/** Where is written what a partial file is a part of. */
export function notePath(file: string): string {
  return `${file}.partial.json`;
}

/** What can be gone on with for this address; undefined: the file has to be fetched from its beginning. */
export function readPartial(file: string, url: URL): PartialFile | undefined {
  const bytes = sizeOf(partialPath(file));
  if (bytes === 0) return undefined;
  const note = readNote(file);
  if (note?.place !== placeOf(url) || note.validator === "") return undefined;
  return { bytes, validator: note.validator };
}

/** Writes down what the bytes that follow are a part of. */
export function writePartialNote(file: string, url: URL, headers: IncomingHttpHeaders): void {
  const note = { place: placeOf(url), validator: validatorIn(headers) };
  writeFileAtomic(notePath(file), JSON.stringify(note));
}

/** Removes a file, what is left of an unfinished one, and the note beside it. */
export function removePartial(file: string): void {
  for (const each of [file, partialPath(file), notePath(file)]) {
    rmSync(each, { force: true, recursive: true });
  }
}

/** The size of a file; 0 where there is none. */
export function sizeOf(path: string): number {
  const found = statSync(path, { throwIfNoEntry: false });
  return found?.isFile() === true ? found.size : 0;
}

/** Without what stands behind the question mark: it may be a key for this one time, and the validator tells the rest. */
function placeOf({ origin, pathname }: URL): string {
  return `${origin}${pathname}`;
}

function readNote(file: string): { place: string; validator: string } | undefined {
  try {
    const note: unknown = JSON.parse(readRegularText(notePath(file), maxNoteBytes));
    if (typeof note !== "object" || note === null) return undefined;
    const { place, validator } = note as Record<string, unknown>;
    if (typeof place !== "string" || typeof validator !== "string") return undefined;
    // What no header may hold would make the request fail each time.
    return /^[\x20-\x7e]*$/.test(validator) ? { place, validator } : undefined;
  } catch {
    return undefined;
  }
}
