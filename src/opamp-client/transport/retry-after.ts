import type { Refusal } from "./transport.ts";

/**
 * The moment of an answer by the clock of whoever gave it, as its header Date says: only by that clock a date in another
 * header is a wait. Ours where it says nothing.
 */
export function momentOf(date: string | undefined): number {
  const said = Date.parse(date ?? "");
  return Number.isNaN(said) ? Date.now() : said;
}

/** What an HTTP status other than success, and the header with it, ask for. */
export function refusalOf(status: number, retryAfter: string | undefined, now: number): Refusal {
  return { why: whyOf(status), retryAfterMs: retryAfterMs(retryAfter, now) };
}

function whyOf(status: number): Refusal["why"] {
  if (status === 429 || status === 503) return "overloaded";
  return status === 401 || status === 403 ? "denied" : "other";
}

/**
 * How long a Retry-After header asks to wait, in ms: seconds or a date of HTTP. Past dates and negative
 * numbers are 0, what cannot be read is undefined.
 */
export function retryAfterMs(header: string | undefined, now: number): number | undefined {
  const text = header?.trim() ?? "";
  if (text === "") return undefined;
  if (/^[+-]?\d+(\.\d+)?$/.test(text)) return Math.max(0, Number(text) * 1000);
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

/** How long `RetryInfo.retry_after_nanoseconds` asks to wait, in ms, rounded up; undefined when it says nothing. */
export function retryInfoMs(nanoseconds: bigint | undefined): number | undefined {
  if (nanoseconds === undefined || nanoseconds === 0n) return undefined;
  return Number((nanoseconds + 999_999n) / 1_000_000n);
}
