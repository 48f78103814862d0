import { join } from "node:path";
import { messageOf, SupervisorError } from "../../errors.ts";
import { textIfThere } from "../../files/read-if-there.ts";
import type { Journal } from "../core/report/journal.ts";
import { isJournal } from "./journal-shape.ts";
import { digestOf } from "./store.ts";

/**
 * The journal of a state directory that a running supervisor may own: nothing is locked, moved or made. Undefined
 * where there is none yet.
 */
export function lookAtJournal(directory: string): Journal | undefined {
  return (
    readWhole(join(directory, "journal.json")) ??
    readWhole(join(directory, "journal.previous.json"))
  );
}

function readWhole(path: string): Journal | undefined {
  const text = readJournal(path);
  if (text === undefined) return undefined;
  try {
    const { journal, sha256 } = JSON.parse(text) as { journal: Journal; sha256: string };
    return digestOf(journal) === sha256 && isJournal(journal) ? journal : undefined;
  } catch {
    // Damaged: the one before it is looked at, as a start does.
    return undefined;
  }
}

function readJournal(path: string): string | undefined {
  try {
    return textIfThere(path);
  } catch (error) {
    const message = `expected a journal that may be read at ${path}, found: ${messageOf(error)}`;
    throw new SupervisorError("store-unreadable", message, { cause: error });
  }
}
