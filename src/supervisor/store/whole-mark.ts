import { closeSync, openSync, writeSync } from "node:fs";
import { writeFileAtomic } from "../../files/atomic-file.ts";
import { textIfThere } from "../../files/read-if-there.ts";

/** A second configuration of an agent that may restart its receivers alone. It sets nothing that is in use. */
export interface WholeMark {
  readonly path: string;
  /** Makes the next reload one of the whole agent, because more than its receivers has changed. Throws where it cannot be written. */
  readonly change: () => void;
  /** Makes it anew where it is gone or damaged, because an agent that is told to read it ends without it. May throw. */
  readonly keep: () => void;
}

/** The same length each time, so that it can be written over where a full disk has no room for another file. */
const written = /^extensions:\n {2}health_check\/opampsupervisor:\n {4}path: \/reload-(\d{6})\n$/;

/** The mark in a file, which is made when it is changed for the first time. */
export function createWholeMark(path: string): WholeMark {
  const numberThere = (): string | undefined => written.exec(textIfThere(path) ?? "")?.[1];
  const change = (): void => {
    const number = numberThere();
    const next = String((Number(number ?? 0) + 1) % 1_000_000).padStart(6, "0");
    const text = `extensions:\n  health_check/opampsupervisor:\n    path: /reload-${next}\n`;
    if (number === undefined) writeFileAtomic(path, text);
    else writeOver(path, text);
  };
  return {
    path,
    change,
    keep: () => {
      if (numberThere() === undefined) change();
    },
  };
}

function writeOver(path: string, text: string): void {
  const file = openSync(path, "r+");
  try {
    writeSync(file, text, 0);
  } finally {
    closeSync(file);
  }
}
