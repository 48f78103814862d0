import type { IncomingMessage, ServerResponse } from "node:http";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { systemCodeOf } from "../../errors.ts";

const unpack = promisify(gunzip);

/** A request's body, or the status and the reason with which to refuse it. */
export type Body =
  | { readonly is: "body"; readonly bytes: Uint8Array }
  | { readonly is: "refused"; readonly status: 400 | 413 | 415; readonly why: string };

/** Reads and unpacks a body; the limit holds for what was sent and for what comes out (plain HTTP size limits). */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<Body> {
  const sent = await readWithin(request, maxBytes);
  if (sent === undefined) return tooLarge(maxBytes);
  const encoding = (request.headers["content-encoding"] ?? "identity").toLowerCase();
  if (encoding === "identity") return { is: "body", bytes: sent };
  if (encoding === "gzip" || encoding === "x-gzip") return unpackWithin(sent, maxBytes);
  const why = `expected Content-Encoding gzip or identity, found ${encoding}`;
  return { is: "refused", status: 415, why };
}

/** Whether an Accept-Encoding header lets us answer with gzip. */
export function acceptsGzip(header: string | undefined): boolean {
  const offers = (header ?? "").split(",").map((part) => {
    const [name = "", ...parameters] = part.split(";").map((word) => word.trim().toLowerCase());
    const quality = parameters.find((parameter) => parameter.startsWith("q="));
    return { name, quality: quality === undefined ? 1 : Number(quality.slice(2)) };
  });
  const match =
    offers.find(({ name }) => name === "gzip") ?? offers.find(({ name }) => name === "*");
  return match !== undefined && match.quality > 0;
}

/** Answers in plain text; the connection ends with it, because an unread body may be on its way. */
export function refuse(response: ServerResponse, status: number, why: string): void {
  response.writeHead(status, { "content-type": "text/plain; charset=utf-8", connection: "close" });
  response.end(`${why}\n`);
}

/**
 * The body, or undefined past the limit. What comes after the limit is read and thrown away: an answer in the
 * middle of an upload would be lost with the connection.
 */
function readWithin(request: IncomingMessage, maxBytes: number): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= maxBytes) chunks.push(chunk);
      else chunks.length = 0;
    });
    request.on("end", () => resolve(bytes <= maxBytes ? Buffer.concat(chunks) : undefined));
    request.on("error", reject);
  });
}

async function unpackWithin(packed: Uint8Array, maxBytes: number): Promise<Body> {
  try {
    return { is: "body", bytes: await unpack(packed, { maxOutputLength: maxBytes }) };
  } catch (error) {
    if (systemCodeOf(error) === "ERR_BUFFER_TOO_LARGE") return tooLarge(maxBytes);
    return { is: "refused", status: 400, why: "expected a gzip body, found something else" };
  }
}

function tooLarge(maxBytes: number): Body {
  return { is: "refused", status: 413, why: `expected a body of at most ${maxBytes} bytes` };
}
