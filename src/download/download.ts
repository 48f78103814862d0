import { mkdir, rename, rm, readFile, writeFile, open, stat } from "node:fs/promises";
import type { IncomingHttpHeaders } from "node:http";
import { dirname } from "node:path";
import { SupervisorError } from "../errors.ts";
import {
  type PartialFile,
  acceptedStart,
  rangeHeaders,
  validatorIn,
  lengthIn,
  totalIn,
} from "./resume-range.ts";
import { type RequestTerms, request, statusFailure, type Answer } from "./request.ts";

/** Told after each piece; the total is undefined while the server has not named it. */
type OnBytes = (doneBytes: number, totalBytes: number | undefined) => void;

const maxAttempts = 5;

/**
 * Gets a file. What has arrived stays in `<file>.partial` when the connection ends early, and the next
 * attempt, in this call or a later one, asks for the rest only.
 */
export async function download(
  address: string,
  file: string,
  terms: RequestTerms,
  onBytes: OnBytes,
): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  for (let attempt = 1; ; attempt += 1) {
    const before = await sizeOf(partialOf(file));
    try {
      await receive(address, file, terms, onBytes);
      break;
    } catch (error) {
      terms.signal.throwIfAborted();
      const gained = (await sizeOf(partialOf(file))) - before;
      if (gained <= 0 || attempt === maxAttempts) throw error;
    }
  }
  await rename(partialOf(file), file);
  await rm(validatorOf(file), { force: true });
}

/** Removes a download and what is left of an unfinished one. */
export async function removeDownload(file: string): Promise<void> {
  for (const one of [file, partialOf(file), validatorOf(file)]) await rm(one, { force: true });
}

async function receive(
  address: string,
  file: string,
  terms: RequestTerms,
  onBytes: OnBytes,
): Promise<void> {
  const start = await resumePoint(address, file);
  const answer = await request(address, rangeHeaders(start), terms);
  if (answer.status === 416 && totalIn(answer.headers) === start?.bytes) {
    answer.discard();
    return;
  }
  const from = acceptedStart(answer, start);
  if (from === undefined) {
    answer.discard();
    // Whatever lies there does not fit what the server has now.
    if (start !== undefined) await removeDownload(file);
    throw statusFailure(address, answer.status);
  }
  await writeValidator(address, file, answer.headers);
  await append(answer, file, from, terms, onBytes);
}

async function resumePoint(address: string, file: string): Promise<PartialFile | undefined> {
  const bytes = await sizeOf(partialOf(file));
  const [source, validator] = (await readFile(validatorOf(file), "utf8").catch(() => "")).split(
    "\n",
  );
  if (bytes === 0 || source !== address || validator === undefined || validator === "") return;
  return { bytes, validator };
}

async function writeValidator(
  address: string,
  file: string,
  headers: IncomingHttpHeaders,
): Promise<void> {
  await writeFile(validatorOf(file), `${address}\n${validatorIn(headers)}\n`);
}

async function append(
  answer: Answer,
  file: string,
  from: number,
  terms: RequestTerms,
  onBytes: OnBytes,
): Promise<void> {
  const total = totalIn(answer.headers) ?? lengthIn(answer.headers);
  const output = await open(partialOf(file), from === 0 ? "w" : "a");
  let done = from;
  try {
    refuseLarge(Math.max(done, total ?? 0), terms);
    onBytes(done, total);
    for await (const chunk of answer.chunks) {
      done += chunk.length;
      refuseLarge(done, terms);
      await output.appendFile(chunk);
      onBytes(done, total);
    }
  } finally {
    answer.discard();
    await output.close();
  }
  if (total !== undefined && done !== total) {
    throw new SupervisorError("download-failed", `expected ${total} bytes, got ${done}`);
  }
}

function refuseLarge(bytes: number, { limits }: RequestTerms): void {
  if (bytes <= limits.maxArchiveBytes) return;
  const message = `expected at most ${limits.maxArchiveBytes} bytes, the server has more`;
  throw new SupervisorError("download-failed", message);
}

async function sizeOf(file: string): Promise<number> {
  const found = await stat(file).catch(() => undefined);
  return found?.size ?? 0;
}

function partialOf(file: string): string {
  return `${file}.partial`;
}

function validatorOf(file: string): string {
  return `${file}.partial.source`;
}
