import type { OutgoingHttpHeaders } from "node:http";
import type { Allowance } from "../download/allowance.ts";
import { type FetchFailure, type FetchTerms, fetchFile } from "../download/fetch-file.ts";
import { isHeaderName, isReservedHeader } from "../net/header.ts";
import { type Source, faultOfDirectory, refuserFor, sourcesOf } from "./addresses-of.ts";
import type { InstallTerms, OfferedFile, PackageRules } from "./package-order.ts";
import type { KillPoint } from "../files/kill-point.ts";

/** A file that is wanted, and what getting it may take. */
export interface FetchOrder {
  readonly offered: OfferedFile;
  readonly rules: PackageRules;
  readonly terms: InstallTerms;
  readonly allowance: Allowance;
  readonly passing: KillPoint | undefined;
  readonly sha256: string;
  /** Where it is to lie. */
  readonly file: string;
}

const connectMs = 15_000;
const stallMs = 30_000;

/** Tries the mirrors and then the offered address; undefined: the file is there, with the hash that was wanted. */
export async function fetchPackage(order: FetchOrder): Promise<FetchFailure | undefined> {
  const sources = sourcesOf(order.offered, order.rules);
  if (typeof sources === "string") return never(sources);
  const failures: FetchFailure[] = [];
  for (const source of sources) {
    const failure = await fetchFrom(source, order);
    if (failure === undefined) return undefined;
    failures.push(failure);
    if (order.terms.signal.aborted) break;
  }
  return joined(failures);
}

async function fetchFrom(source: Source, order: FetchOrder): Promise<FetchFailure | undefined> {
  const { sha256, file, rules } = order;
  if (source.url.protocol === "file:") {
    const fault = faultOfDirectory(source, rules);
    if (fault !== undefined) return never(fault);
  }
  const fetched = await fetchFile({ url: source.url, sha256, file }, fetchTerms(source, order));
  return fetched.ok ? undefined : fetched;
}

function fetchTerms(source: Source, order: FetchOrder): FetchTerms {
  const { offered, rules, terms, allowance, passing } = order;
  const { signal, way, onProgress } = terms;
  return {
    ...{ signal, allowance },
    ...(passing === undefined ? {} : { passing }),
    limits: { connectMs, stallMs },
    environment: way.environment,
    proxy: way.proxy,
    tlsFor: way.tlsFor,
    timeoutMs: rules.timeoutMs,
    onProgress: onProgress ?? (() => undefined),
    refuse: refuserFor(source, rules, way),
    // A mirror is another server than the one that they are for.
    originHeaders: source.isMirror ? {} : headersOf(offered),
  };
}

/** What belongs to the connection or to the range is ours to say. */
function headersOf({ headers }: OfferedFile): OutgoingHttpHeaders {
  const ours = /^(range|if-range|accept-encoding|user-agent|proxy-.*)$/i;
  const taken = [...headers].filter(([name, values]) => {
    const isSound =
      isHeaderName(name) && values.every((each) => !/[^\t\x20-\x7e\x80-\xff]/.test(each));
    return isSound && !isReservedHeader(name) && !ours.test(name);
  });
  return Object.fromEntries(taken.map(([name, values]) => [name.toLowerCase(), [...values]]));
}

/** Where one of them may do better later, all of them are tried again then. */
function joined(failures: readonly FetchFailure[]): FetchFailure {
  const reason = [...new Set(failures.map((each) => each.reason))].join("; ");
  const later = failures.filter(({ retry }) => retry === "later");
  if (later.length === 0) return never(reason);
  const waits = later.flatMap(({ afterMs }) => (afterMs === undefined ? [] : [afterMs]));
  const wait = waits.length === later.length ? { afterMs: Math.min(...waits) } : {};
  return { ok: false, reason, retry: "later", ...wait };
}

function never(reason: string): FetchFailure {
  return { ok: false, reason, retry: "never" };
}
