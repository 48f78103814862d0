import type { IncomingMessage, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { isFromOutside, messageOf } from "../../errors.ts";
import { rangeOf } from "./byte-range.ts";
import type { Shelf } from "./shelf.ts";
import { openPlainFile, readUnchanged, stampOf } from "./shelf-file.ts";
import type { ShelfItem } from "./shelf-item.ts";

/** Why a file is not sent; nothing was written yet. */
interface NotServed {
  readonly status: number;
  readonly why: string;
}

/** Whether a request is one for a file of a package. */
export function isForShelf(request: IncomingMessage): boolean {
  return request.url?.startsWith("/packages/") === true;
}

/**
 * Sends a file. The address is looked up among those of the packages that were read and never becomes a path, so
 * nothing else can be had by it. A file that is not as it was read is not sent.
 */
export async function serveFile(
  shelf: Shelf,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<NotServed | undefined> {
  if (request.method !== "GET" && request.method !== "HEAD") {
    response.setHeader("allow", "GET, HEAD");
    return { status: 405, why: "expected GET or HEAD for a package" };
  }
  const item = shelf.at(request.url?.split("?")[0] ?? "");
  if (item === undefined) {
    return { status: 404, why: "there is no such package now: it was removed or changed" };
  }
  const opened = await openPlainFile(item.path).catch((error: unknown) => messageOf(error));
  if (typeof opened === "string") return { status: 404, why: changedWhy(item) };
  const { handle, stats } = opened;
  try {
    if (stampOf(stats) !== item.stamp) return { status: 404, why: changedWhy(item) };
    const part = writeHead(item, request, response);
    if (part === undefined || request.method === "HEAD") {
      response.end();
      return undefined;
    }
    const pieces = readUnchanged(handle, item.stamp, part.start, part.end);
    await pipeline(Readable.from(pieces), response);
  } catch (error) {
    // Whoever downloads notices by the length that something is missing, and asks again.
    if (!isFromOutside(error) && !response.headersSent) throw error;
    response.destroy();
  } finally {
    await handle.close();
  }
  return undefined;
}

/** Writes status and headers; the bytes that are to follow, or undefined for none. */
function writeHead(
  { bytes, sha256 }: ShelfItem,
  { headers, method }: IncomingMessage,
  response: ServerResponse,
): { readonly start: number; readonly end: number } | undefined {
  const etag = `"${sha256}"`;
  const common = {
    "accept-ranges": "bytes",
    "cache-control": "private, no-cache",
    etag,
    "x-content-type-options": "nosniff",
  };
  if (sameTag(headers["if-none-match"], etag)) {
    response.writeHead(304, common);
    return undefined;
  }
  // Only a GET may ask for a part.
  const wanted = method === "GET" ? headers.range : undefined;
  const range = rangeOf(wanted, headers["if-range"]?.toString(), etag, bytes);
  if (range.is === "outside") {
    const none = { "content-range": `bytes */${bytes}`, "content-length": 0 };
    response.writeHead(416, { ...common, ...none });
    return undefined;
  }
  const sent = { ...common, "content-type": "application/octet-stream" };
  if (range.is === "whole") {
    response.writeHead(200, { ...sent, "content-length": bytes });
    return { start: 0, end: bytes };
  }
  const { start, end } = range;
  response.writeHead(206, {
    ...sent,
    "content-length": end - start,
    "content-range": `bytes ${start}-${end - 1}/${bytes}`,
  });
  return { start, end };
}

function sameTag(header: string | undefined, etag: string): boolean {
  const tags = (header ?? "").split(",").map((tag) => tag.trim().replace(/^W\//, ""));
  return tags.includes(etag) || tags.includes("*");
}

function changedWhy({ fileName }: ShelfItem): string {
  return `${fileName} has changed since it was offered: it has to be offered again`;
}
