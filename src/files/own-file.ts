import {
  closeSync,
  constants,
  lstatSync,
  openSync,
  renameSync,
  rmSync,
  type Stats,
  writeSync,
} from "node:fs";

/** Writes one of our own files in place. What stands there and is no file gives way, so that nothing is waited for. */
export function writeOwnFile(path: string, content: string): void {
  clearWay(path);
  const { O_WRONLY, O_CREAT, O_TRUNC, O_NOFOLLOW, O_NONBLOCK } = constants;
  const file = openSync(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_NONBLOCK, 0o600);
  try {
    const bytes = Buffer.from(content);
    for (let done = 0; done < bytes.length;) done += writeSync(file, bytes, done);
  } finally {
    closeSync(file);
  }
}

/** Removes what stands at the path of one of our own files and is none; a directory may hold something and is kept. */
export function clearWay(path: string): void {
  const there = statOf(path);
  if (there === undefined || there.isFile()) return;
  if (there.isDirectory()) renameSync(path, asideOf(path));
  else rmSync(path, { force: true });
}

/** Where something is kept that a person may want to look at. */
export function asideOf(path: string): string {
  return `${path}.damaged-${Date.now()}`;
}

function statOf(path: string): Stats | undefined {
  return lstatSync(path, { throwIfNoEntry: false });
}
