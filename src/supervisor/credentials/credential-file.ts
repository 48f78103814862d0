import { stat, readFile } from "node:fs/promises";
import { systemCodeOf, messageOf } from "../../errors.ts";
import type { TextSource } from "../settings/auth-settings.ts";
import { within } from "./time-limit.ts";

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
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    throw new Error(faultOf(path, error));
  });
  return text.trim();
}

function faultOf(path: string, error: unknown): string {
  const code = systemCodeOf(error);
  if (code === "ENOENT" || code === "ENOTDIR") return `the file ${path} does not exist`;
  if (code === "EACCES") return `the file ${path} may not be read by this user`;
  return `the file ${path} cannot be read (${code ?? messageOf(error)})`;
}
