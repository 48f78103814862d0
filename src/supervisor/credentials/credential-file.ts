import { constants } from "node:fs";
import { open, stat } from "node:fs/promises";
import { systemCodeOf, messageOf } from "../../errors.ts";
import type { TextSource } from "../settings/auth-settings.ts";
import { within } from "../../time-limit.ts";

/** No header can be as long as this. */
const longestHeader = 64 * 1024;
/** A file on a disk that does not answer must not keep the connection for ever. */
const limitMs = 10_000;

/** What a file says now, without white space around it; rejects with words that name the file and nothing in it. */
export async function readCredentialFile(
  path: string,
  mostBytes: number = longestHeader,
): Promise<string> {
  const late = `the file ${path} could not be read in time`;
  const text = await within(limitMs, late, read(path, mostBytes));
  if (text === "") throw new Error(`the file ${path} is empty`);
  return text;
}

/** The text itself, or what its file says now. */
export async function readTextSource(source: TextSource, mostBytes?: number): Promise<string> {
  return source.is === "text" ? source.text : await readCredentialFile(source.file, mostBytes);
}

async function read(path: string, mostBytes: number): Promise<string> {
  const facts = await stat(path).catch((error: unknown) => {
    throw new Error(faultOf(path, error));
  });
  // To read a pipe would wait for whoever writes into it.
  if (!facts.isFile()) throw new Error(`expected a file, ${path} is something else`);
  if (facts.size > mostBytes) {
    throw new Error(`the file ${path} has ${facts.size} bytes, expected ${mostBytes} at most`);
  }
  const text = await readUpTo(path, mostBytes).catch((error: unknown) => {
    throw new Error(faultOf(path, error));
  });
  return text.trim();
}

/** It may have been replaced since it was looked at: by a pipe, or by something without an end. */
async function readUpTo(path: string, mostBytes: number): Promise<string> {
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const bytes = Buffer.alloc(mostBytes + 1);
    let length = 0;
    for (let read = -1; read !== 0 && length < bytes.length; length += read) {
      read = (await file.read(bytes, length, bytes.length - length, null)).bytesRead;
    }
    if (length > mostBytes) throw new Error(`it has more than ${mostBytes} bytes`);
    return bytes.toString("utf8", 0, length);
  } finally {
    await file.close();
  }
}

function faultOf(path: string, error: unknown): string {
  const code = systemCodeOf(error);
  if (code === "ENOENT" || code === "ENOTDIR") return `the file ${path} does not exist`;
  if (code === "EACCES") return `the file ${path} may not be read by this user`;
  return `the file ${path} cannot be read (${code ?? messageOf(error)})`;
}
