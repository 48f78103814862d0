import type { IncomingHttpHeaders } from "node:http";

/** What has arrived of a file, and of which state of it at the server. */
export interface PartialFile {
  readonly bytes: number;
  /** What `If-Range` takes. */
  readonly validator: string;
}

/** Asks for the rest of a file, or for all of it where nothing can be gone on with. */
export function rangeHeaders(part: PartialFile | undefined): Readonly<Record<string, string>> {
  if (part === undefined) return {};
  return { range: `bytes=${part.bytes}-`, "if-range": part.validator };
}

/** Where the bytes of an answer belong; undefined: nowhere. */
export function acceptedStart(
  { status, headers }: { readonly status: number; readonly headers: IncomingHttpHeaders },
  part: PartialFile | undefined,
): number | undefined {
  if (status === 200) return 0;
  const from = /^bytes (\d+)-/.exec(headers["content-range"] ?? "")?.[1];
  if (status !== 206 || part === undefined || Number(from) !== part.bytes) return undefined;
  return part.bytes;
}

/** If-Range takes strong validators only; without one the next attempt begins at zero. */
export function validatorIn({ etag, ...headers }: IncomingHttpHeaders): string {
  const strong = etag !== undefined && !etag.startsWith("W/") ? etag : headers["last-modified"];
  return strong ?? "";
}

/** How long the whole file is, of which a part is answered. */
export function totalIn(headers: IncomingHttpHeaders): number | undefined {
  const total = /\/(\d+)$/.exec(headers["content-range"] ?? "")?.[1];
  return total === undefined ? undefined : Number(total);
}

/** How many bytes this answer has. */
export function lengthIn(headers: IncomingHttpHeaders): number | undefined {
  const length = headers["content-length"];
  return length === undefined ? undefined : Number(length);
}
