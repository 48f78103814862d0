import {
  accessSync,
  closeSync,
  constants,
  lstatSync,
  mkdtempSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { openToAppend } from "./append-file.ts";
import { writeFault } from "./write-fault.ts";

/** What a first start writes comes to less than this. */
const probeBytes = 64 * 1024;

/** Why a directory could not be made, or files not be written into it; nothing is left behind. */
export function tryDirectory(path: string): string | undefined {
  return faultIn(path, () => {
    probe(nearestAbove(path));
  });
}

/** Why a file could not be written whole and renamed into place; its directory is made where it is missing. */
export function tryReplacing(path: string): string | undefined {
  return faultIn(path, () => {
    if (isDirectory(path)) throw fault("EISDIR");
    probe(nearestAbove(dirname(path)));
  });
}

/** Why a file could not be appended to; its directory has to be there. */
export function tryAppending(path: string): string | undefined {
  return faultIn(path, () => {
    const stat = (each: string) => statSync(each, { throwIfNoEntry: false });
    if (stat(path) !== undefined) closeSync(openToAppend(path));
    else if (stat(dirname(path)) !== undefined) probe(dirname(path));
    else throw fault("ENOENT");
  });
}

function faultIn(path: string, attempt: () => void): string | undefined {
  try {
    attempt();
    return undefined;
  } catch (error) {
    return writeFault(path, error);
  }
}

/** A link that leads nowhere is there, and no directory can be made in its place. */
function nearestAbove(path: string): string {
  const there = lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  const above = dirname(path);
  return there || above === path ? path : nearestAbove(above);
}

function probe(directory: string): void {
  if (!isDirectory(directory)) throw fault("ENOTDIR");
  accessSync(directory, constants.W_OK | constants.X_OK);
  const made = mkdtempSync(join(directory, ".opampsupervisor-check-"));
  try {
    writeFileSync(join(made, "probe"), Buffer.alloc(probeBytes));
  } finally {
    rmSync(made, { recursive: true, force: true });
  }
}

function fault(code: string): Error {
  return Object.assign(new Error(code), { code });
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
