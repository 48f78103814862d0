import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readSync,
  type Stats,
  statSync,
  writeSync,
} from "node:fs";

/** Nothing that is read whole is larger: no configuration, no journal with three of them, no certificate. */
export const usualMaxBytes: number = 256 * 1024 * 1024;

/**
 * Opens a file, through links too, and nothing else: to open a pipe waits for somebody at its other end, and a device
 * may have no end. Throws what the system says, or that it is no file.
 */
export function openRegular(path: string, flags: number, mode?: number): number {
  // Looked at first, because to open some devices is to use them.
  const there = statSync(path, { throwIfNoEntry: false });
  if (there !== undefined) refuseOthers(path, there);
  const file = openSync(path, flags | constants.O_NONBLOCK, mode);
  try {
    // It may have been replaced in between.
    refuseOthers(path, fstatSync(file));
    return file;
  } catch (error) {
    closeSync(file);
    throw error;
  }
}

/**
 * Refuses a link that neither we nor root have made: whoever may write to a directory could have us write to any file of
 * the machine.
 */
export function refuseForeignLink(path: string): void {
  const there = lstatSync(path, { throwIfNoEntry: false });
  const ours = there === undefined || there.uid === process.geteuid?.() || there.uid === 0;
  if (ours || !there.isSymbolicLink()) return;
  throw fault("ELOOP", `ELOOP: expected no link of another user (uid ${there.uid}), '${path}'`);
}

/** What a file holds, if it is a file and has no more than `maxBytes`; throws otherwise. Never waits. */
export function readRegular(path: string, maxBytes: number = usualMaxBytes): Buffer {
  const file = openRegular(path, constants.O_RDONLY);
  try {
    const { size } = fstatSync(file);
    if (size > maxBytes) throw tooLarge(path, maxBytes);
    return readAll(file, path, size, maxBytes);
  } finally {
    closeSync(file);
  }
}

/** The text of a file; throws as `readRegular` does. */
export function readRegularText(path: string, maxBytes?: number): string {
  return readRegular(path, maxBytes).toString("utf8");
}

/** Writes a file in place, through links too; a new one is for its owner only. Throws as `readRegular` does. */
export function writeRegular(path: string, content: string): void {
  const { O_WRONLY, O_CREAT, O_TRUNC } = constants;
  const file = openRegular(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600);
  try {
    const bytes = Buffer.from(content);
    for (let done = 0; done < bytes.length;) done += writeSync(file, bytes, done);
  } finally {
    closeSync(file);
  }
}

/** The sizes of files below /proc are 0, so that only reading shows how much there is. */
function readAll(file: number, path: string, size: number, maxBytes: number): Buffer {
  let bytes = Buffer.allocUnsafe(size + 1);
  let length = 0;
  for (;;) {
    const read = readSync(file, bytes, length, bytes.length - length, null);
    length += read;
    if (length > maxBytes) throw tooLarge(path, maxBytes);
    if (read === 0) return bytes.subarray(0, length);
    if (length === bytes.length) bytes = Buffer.concat([bytes, Buffer.allocUnsafe(length + 4096)]);
  }
}

function refuseOthers(path: string, found: Stats): void {
  if (found.isFile()) return;
  const code = found.isDirectory() ? "EISDIR" : "ENOTFILE";
  throw fault(code, `${code}: expected a file, found ${kindOf(found)}, '${path}'`);
}

function kindOf(found: Stats): string {
  if (found.isDirectory()) return "a directory";
  if (found.isFIFO()) return "a pipe";
  return found.isSocket() ? "a socket" : "a device";
}

function tooLarge(path: string, maxBytes: number): Error {
  const limit = maxBytes < 1024 * 1024 ? `${maxBytes} bytes` : `${maxBytes / 1024 / 1024} MiB`;
  return fault("EFBIG", `EFBIG: expected ${limit} at most, found more, '${path}'`);
}

function fault(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}
