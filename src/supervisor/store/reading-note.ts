import { rmSync } from "node:fs";
import type { DeadlyOffer } from "../core/state/trials.ts";
import { writeOwnFile } from "../../files/own-file.ts";
import { textOrNothing } from "../../files/read-if-there.ts";

/** Says on disk which offer is being read, so that a supervisor that ends by it knows afterwards. */
export interface ReadingNote {
  /** The offer in whose reading an earlier supervisor ended, and how often in a row. */
  readonly found: DeadlyOffer | undefined;
  readonly begin: (digest: string) => void;
  readonly end: () => void;
}

/** A note in this file. It need not survive a loss of power: only an end of this process is looked for. */
export function createReadingNote(path: string): ReadingNote {
  const found = parse(textOrNothing(path));
  let former = found;
  let written = found !== undefined;
  return {
    found,
    begin: (digest) => {
      const times = (former?.digest === digest ? former.times : 0) + 1;
      try {
        writeOwnFile(path, JSON.stringify({ digest, times }));
        written = true;
      } catch {
        // A full disk: then an end is not noted, and all else is as before.
      }
    },
    end: () => {
      if (!written) return;
      written = false;
      // It was read, or refused, without an end of ours: the next one would not be in a row.
      former = undefined;
      remove(path);
    },
  };
}

function remove(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // A disk that is read-only: it says what was so before.
  }
}

function parse(text: string | undefined): DeadlyOffer | undefined {
  try {
    const { digest, times } = JSON.parse(text ?? "null") as Partial<DeadlyOffer>;
    return typeof digest === "string" && typeof times === "number" ? { digest, times } : undefined;
  } catch {
    // No note, or one that was cut off.
    return undefined;
  }
}
