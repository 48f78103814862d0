/**
 * What a request asks for of a file.
 * - `whole`: all of it, where no part or none in a form that we know is asked for.
 * - `part`: the bytes from `start` up to `end`, which is none of them.
 * - `outside`: nothing that the file has.
 */
export type ByteRange =
  | { readonly is: "whole" }
  | { readonly is: "part"; readonly start: number; readonly end: number }
  | { readonly is: "outside" };

/** Reads `Range` and `If-Range` (RFC 9110) for a file that has bytes; several parts at once are answered with the whole. */
export function rangeOf(
  range: string | undefined,
  ifRange: string | undefined,
  etag: string,
  bytes: number,
): ByteRange {
  if (range === undefined || (ifRange !== undefined && ifRange !== etag)) return { is: "whole" };
  const [, first = "", last = ""] = /^\s*bytes\s*=\s*(\d*)\s*-\s*(\d*)\s*$/i.exec(range) ?? [];
  if (first === "" && last === "") return { is: "whole" };
  if (first === "") {
    const length = Number(last);
    return length === 0 ? { is: "outside" } : part(Math.max(0, bytes - length), bytes);
  }
  const start = Number(first);
  if (last !== "" && BigInt(last) < BigInt(first)) return { is: "whole" };
  if (start >= bytes) return { is: "outside" };
  return part(start, last === "" ? bytes : Math.min(bytes, Number(last) + 1));
}

function part(start: number, end: number): ByteRange {
  return { is: "part", start, end };
}
