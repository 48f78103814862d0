import { closeSync, openSync, writeSync } from "node:fs";
import { writeFileAtomic } from "../../files/atomic-file.ts";
import { clearWay } from "../../files/own-file.ts";
import { textOrNothing } from "../../files/read-if-there.ts";

/** A second configuration of an agent that may restart its receivers alone. It sets nothing that is in use. */
export interface ReloadStamp {
  readonly path: string;
  /** Makes the next reload one of the whole agent, because more than its receivers has changed. Throws where it cannot be written. */
  readonly change: () => void;
  /** Makes it anew where it is gone or damaged, because an agent that is told to read it ends without it. May throw. */
  readonly keep: () => void;
}

/** The same length each time, so that it can be written over where a full disk has no room for another file. */
const written = /^extensions:\n {2}health_check\/opampsupervisor:\n {4}path: \/reload-(\d{6})\n$/;

/**
 * The stamp in a file, which is made when it is changed for the first time. What stands in its place and is no file gives
 * way: the agent would wait for a pipe.
 */
export function createReloadStamp(path: string): ReloadStamp {
  const numberThere = (): string | undefined => {
    clearWay(path);
    return written.exec(textOrNothing(path))?.[1];
  };
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
