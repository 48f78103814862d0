/** A smaller message is hardly worth the work. */
export const leastPackedBytes = 1024;

/** The body of a request as gzip, or undefined where that is no gain. */
export async function pack(body: Uint8Array): Promise<Uint8Array | undefined> {
  if (body.length < leastPackedBytes) return undefined;
  const { gzip } = await import("node:zlib");
  const packed = await new Promise<Uint8Array>((resolve, reject) =>
    gzip(body, (error, bytes) => (error === null ? resolve(bytes) : reject(error))),
  );
  return packed.length < body.length ? packed : undefined;
}
