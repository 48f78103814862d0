import type { IncomingMessage } from "node:http";
import type { Readable } from "node:stream";

/** The whole body, inflated when it is gzip; rejects as soon as it is longer than the limit, packed or unpacked. */
export async function readBody(response: IncomingMessage, maxBytes: number): Promise<Uint8Array> {
  const tooLarge = new RangeError(`the answer is larger than the limit of ${maxBytes} bytes`);
  if (Number(response.headers["content-length"] ?? 0) > maxBytes) {
    response.destroy();
    throw tooLarge;
  }
  const source = await inflated(response);
  const chunks: Buffer[] = [];
  let length = 0;
  let packed = 0;
  // What unpacks to nothing may still come without end.
  if (source !== response) {
    response.on("data", (chunk: Buffer) => {
      packed += chunk.length;
      if (packed > maxBytes) response.destroy(tooLarge);
    });
  }
  try {
    for await (const chunk of source as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > maxBytes) throw tooLarge;
      chunks.push(chunk);
    }
  } finally {
    // Leaving the loop ends the inflater, not what feeds it.
    if (!response.complete) response.destroy();
  }
  return Buffer.concat(chunks);
}

async function inflated(response: IncomingMessage): Promise<Readable> {
  const encoding = response.headers["content-encoding"] ?? "identity";
  if (encoding === "identity") return response;
  if (encoding !== "gzip") {
    throw new RangeError(`the answer has the encoding ${encoding}, which was not offered`);
  }
  const [{ createGunzip }, { pipeline }] = await Promise.all([
    import("node:zlib"),
    import("node:stream"),
  ]);
  const gunzip = createGunzip();
  // The error reaches the reader through the inflater, which the pipeline destroys with it.
  pipeline(response, gunzip, () => undefined);
  return gunzip;
}
