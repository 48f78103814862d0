import { type FileHandle, open } from "node:fs/promises";
import type { IncomingHttpHeaders } from "node:http";
import { SupervisorError } from "../errors.ts";
import { type KillPoint, noKillPoint } from "../files/kill-point.ts";
import { type Allowance, askEveryBytes, refuseFull, refuseLarge } from "./allowance.ts";
import { acceptedStart, rangeHeaders, lengthIn, totalIn } from "./resume-range.ts";
import type { Meter } from "./meter.ts";
import {
  partialPath,
  readPartial,
  removePartial,
  sizeOf,
  writePartialNote,
} from "./partial-file.ts";
import { type Answer, type ConnectTerms, request } from "./request.ts";

/** What receiving a file may take. */
export interface ReceiveTerms extends ConnectTerms {
  readonly allowance: Allowance;
  readonly meter: Meter;
  readonly passing?: KillPoint;
}

/** What the server said in place of the file. */
export interface Refusal {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
}

/** How often a connection that brought something and broke off is made again at once. */
const maxConnections = 5;

/** Gets all of a file into its partial one, or what the server said instead; rejects where a connection failed. */
export async function receiveFile(
  url: URL,
  file: string,
  terms: ReceiveTerms,
): Promise<Refusal | undefined> {
  for (let connection = 1; ; connection += 1) {
    const before = sizeOf(partialPath(file));
    try {
      return await receiveOnce(url, file, terms);
    } catch (error) {
      const brokeOff = error instanceof SupervisorError && error.code === "download-failed";
      if (!brokeOff || terms.signal.aborted || connection === maxConnections) throw error;
      if (sizeOf(partialPath(file)) <= before) throw error;
    }
  }
}

async function receiveOnce(
  url: URL,
  file: string,
  terms: ReceiveTerms,
): Promise<Refusal | undefined> {
  const part = readPartial(file, url);
  const answer = await request(url.href, rangeHeaders(part), terms);
  const { status, headers } = answer;
  if (status === 416 && part !== undefined && totalIn(headers) === part.bytes) {
    answer.discard();
    return undefined;
  }
  const from = acceptedStart(answer, part);
  if (from !== undefined) {
    await takeIn(answer, { url, file, from }, terms);
    return undefined;
  }
  answer.discard();
  const isOfRange = part !== undefined && (status === 416 || status === 206);
  if (!isOfRange) return { status, headers };
  // What lies here does not fit what the server has now.
  removePartial(file);
  return await receiveOnce(url, file, terms);
}

async function takeIn(
  answer: Answer,
  { url, file, from }: { url: URL; file: string; from: number },
  terms: ReceiveTerms,
): Promise<void> {
  const { headers, chunks, discard } = answer;
  const rest = lengthIn(headers);
  const total = from > 0 ? totalIn(headers) : rest;
  try {
    refuseLarge(Math.max(from, total ?? 0), terms.allowance);
    refuseFull((total ?? from) - from, terms.allowance);
    const output = await open(partialPath(file), from === 0 ? "w" : "a", 0o600);
    try {
      // Only now: what lay there before was a part of something else.
      if (from === 0) writePartialNote(file, url, headers);
      (terms.passing ?? noKillPoint)("download begun");
      terms.meter.from(from, total);
      const done = await writeAll(chunks, output, from, terms);
      if (total !== undefined && done !== total) throw cutShort(total, done);
      // Before its hash is looked at, which would otherwise be that of what is in memory only.
      await output.sync();
    } finally {
      await output.close();
    }
  } finally {
    discard();
  }
}

/** Writes what arrives and gives back where that ended. */
export async function writeAll(
  chunks: AsyncIterable<Buffer>,
  output: FileHandle,
  from: number,
  { allowance, meter, signal }: Pick<ReceiveTerms, "allowance" | "meter" | "signal">,
): Promise<number> {
  let done = from;
  let askAt = from + askEveryBytes;
  for await (const chunk of chunks) {
    signal.throwIfAborted();
    done += chunk.length;
    refuseLarge(done, allowance);
    if (done >= askAt) {
      refuseFull(chunk.length, allowance);
      askAt = done + askEveryBytes;
    }
    await output.appendFile(chunk);
    meter.add(chunk.length);
  }
  return done;
}

function cutShort(total: number, done: number): SupervisorError {
  return new SupervisorError("download-failed", `expected ${total} bytes, got ${done}`);
}
