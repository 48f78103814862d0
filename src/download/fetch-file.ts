import { constants, mkdirSync, renameSync, rmSync } from "node:fs";
import { open } from "node:fs/promises";
import type { IncomingHttpHeaders } from "node:http";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { SupervisorError, messageOf, systemCodeOf } from "../errors.ts";
import { isDiskFault, writeFault } from "../files/write-fault.ts";
import { refuseFull, refuseLarge } from "./allowance.ts";
import { sha256Of } from "./checksum.ts";
import { filePieces } from "./file-pieces.ts";
import { type OnProgress, startMeter } from "./meter.ts";
import { notePath, partialPath, removePartial, sizeOf } from "./partial-file.ts";
import { type ReceiveTerms, type Refusal, receiveFile, writeAll } from "./receive-file.ts";

/** A file that is known by its hash. */
export interface FileWish {
  /** https, http or file. */
  readonly url: URL;
  /** 64 hexadecimal digits, lower case. */
  readonly sha256: string;
  /** Where it is to lie. */
  readonly file: string;
}

/** What fetching it may take. */
export interface FetchTerms extends Omit<ReceiveTerms, "meter"> {
  /** For all of it, however steadily it comes. */
  readonly timeoutMs: number;
  readonly onProgress: OnProgress;
}

/** Why a file was not fetched. `later`: the same may go well another time, not before `afterMs` where that is named. */
export interface FetchFailure {
  readonly ok: false;
  readonly reason: string;
  readonly retry: "later" | "never";
  readonly afterMs?: number;
}

export type Fetched = { readonly ok: true } | FetchFailure;

/** The longest wait that a server may ask for. */
const maxWaitMs = 3_600_000;
/** A disk that is full is seldom empty a second later. */
const diskWaitMs = 600_000;

/**
 * Gets a file whole and with the right hash, or not at all; goes on with what an earlier call, also one of an earlier
 * process, has left. Never rejects.
 */
export async function fetchFile(wish: FileWish, terms: FetchTerms): Promise<Fetched> {
  const late = AbortSignal.timeout(terms.timeoutMs);
  const signal = AbortSignal.any([terms.signal, late]);
  try {
    mkdirSync(dirname(wish.file), { recursive: true, mode: 0o700 });
    if (await isThere(wish)) return { ok: true };
    return await fetchProven(wish, { ...terms, signal });
  } catch (error) {
    if (terms.signal.aborted) return failed("the download was stopped", "later");
    if (late.aborted) {
      const message = `the download from ${placeOf(wish.url)} took longer than ${terms.timeoutMs / 1000} s`;
      return failed(message, "later");
    }
    return failureOf(error, wish);
  }
}

/** An earlier process may have ended between the download and what comes after it. */
async function isThere({ file, sha256 }: FileWish): Promise<boolean> {
  if (sizeOf(file) > 0 && (await sha256Of(file)) === sha256) return true;
  rmSync(file, { force: true, recursive: true });
  return false;
}

async function fetchProven(wish: FileWish, terms: FetchTerms): Promise<Fetched> {
  const begunBytes = sizeOf(partialPath(wish.file));
  const meter = startMeter(terms.onProgress, () => performance.now());
  const refusal = await receive(wish, { ...terms, meter });
  if (refusal !== undefined) return refused(refusal, wish.url);
  terms.passing?.("download ended");
  const found = await sha256Of(partialPath(wish.file));
  if (found === wish.sha256) {
    meter.end();
    renameSync(partialPath(wish.file), wish.file);
    rmSync(notePath(wish.file), { force: true });
    terms.passing?.("hash proved");
    return { ok: true };
  }
  removePartial(wish.file);
  // What an earlier process has left may be damaged, as after a power cut.
  if (begunBytes > 0) return await fetchProven(wish, terms);
  const message = `expected a file with the SHA-256 ${wish.sha256}, got one with ${found} from ${placeOf(wish.url)}`;
  return failed(message, "never");
}

function receive({ url, file }: FileWish, terms: ReceiveTerms): Promise<Refusal | undefined> {
  return url.protocol === "file:" ? copy(url, file, terms) : receiveFile(url, file, terms);
}

/** A pipe or a device in its place is not waited for. */
async function copy(url: URL, file: string, terms: ReceiveTerms): Promise<undefined> {
  const { O_RDONLY, O_NONBLOCK } = constants;
  const input = await open(fileURLToPath(url), O_RDONLY | O_NONBLOCK);
  try {
    const found = await input.stat();
    if (!found.isFile()) throw refusalOf(`expected a file at ${url.href}, found something else`);
    refuseLarge(found.size, terms.allowance);
    refuseFull(found.size, terms.allowance);
    const output = await open(partialPath(file), "w", 0o600);
    try {
      terms.meter.from(0, found.size);
      await writeAll(filePieces(input, 0, found.size), output, 0, terms);
      await output.sync();
    } finally {
      await output.close();
    }
  } finally {
    await input.close();
  }
}

function refused({ status, headers }: Refusal, url: URL): FetchFailure {
  const message = `${placeOf(url)} answered with status ${status}`;
  const passes = status >= 500 || [408, 423, 425, 429].includes(status);
  if (!passes) return failed(status === 404 ? `${message}: it has no such file` : message, "never");
  const afterMs = waitOf(headers);
  return { ...failed(message, "later"), ...(afterMs === undefined ? {} : { afterMs }) };
}

/** Seconds, or a date, which is compared with the server's own. */
function waitOf(headers: IncomingHttpHeaders): number | undefined {
  const text = headers["retry-after"]?.trim() ?? "";
  const ms = /^\d+$/.test(text)
    ? Number(text) * 1000
    : Date.parse(text) - Date.parse(headers.date ?? "");
  return Number.isNaN(ms) || ms < 0 ? undefined : Math.min(ms, maxWaitMs);
}

function failureOf(error: unknown, { file, url }: FileWish): FetchFailure {
  if (error instanceof SupervisorError) {
    return failed(error.message, error.code === "download-refused" ? "never" : "later");
  }
  if (isDiskFault(error)) {
    const isCounted = error instanceof Error && "isCounted" in error;
    const message = isCounted ? error.message : writeFault(dirname(file), error);
    return { ...failed(message, "later"), afterMs: diskWaitMs };
  }
  if (url.protocol !== "file:") return failed(writeFault(file, error), "later");
  const isMissing = ["ENOENT", "ENOTDIR", "EISDIR"].includes(systemCodeOf(error) ?? "");
  return failed(`${url.href} cannot be read: ${messageOf(error)}`, isMissing ? "never" : "later");
}

/** Without what stands behind the question mark, which may be a key. */
function placeOf({ protocol, host, pathname }: URL): string {
  return `${protocol}//${host}${pathname}`;
}

function refusalOf(message: string): SupervisorError {
  return new SupervisorError("download-refused", message);
}

function failed(reason: string, retry: FetchFailure["retry"]): FetchFailure {
  return { ok: false, reason, retry };
}
