import { constants, openSync, statSync } from "node:fs";
import { systemCodeOf } from "../errors.ts";

const { O_RDWR, O_WRONLY, O_NONBLOCK } = constants;

/**
 * Opens what is written at its end; a file that is missing is made. Nobody has to read a pipe for that: the kernel keeps
 * what fits until somebody does.
 */
export function openToAppend(path: string, mode?: number): number {
  const isPipe = statSync(path, { throwIfNoEntry: false })?.isFIFO() === true;
  if (!isPipe) return openSync(path, "a", mode);
  try {
    // Open for reading too, it has a reader: to open it does not wait, and its readers may come and go.
    return openSync(path, O_RDWR | O_NONBLOCK);
  } catch (error) {
    // One that may only be written needs a reader already.
    if (systemCodeOf(error) === "EACCES") return openSync(path, O_WRONLY | O_NONBLOCK);
    throw error;
  }
}
