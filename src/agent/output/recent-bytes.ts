/** The last bytes of what an agent has said, in memory that does not grow. */
interface RecentBytes {
  readonly add: (bytes: Buffer) => void;
  readonly read: () => Buffer;
}

export function createRecentBytes(maxBytes: number): RecentBytes {
  const ring = Buffer.alloc(maxBytes);
  let total = 0;
  return {
    add: (bytes) => {
      const last = bytes.subarray(Math.max(0, bytes.length - maxBytes));
      total += bytes.length - last.length;
      const at = total % maxBytes;
      const fitting = last.copy(ring, at);
      last.copy(ring, 0, fitting);
      total += last.length;
    },
    read: () => {
      const at = total % maxBytes;
      return total < maxBytes
        ? Buffer.from(ring.subarray(0, total))
        : Buffer.concat([ring.subarray(at), ring.subarray(0, at)]);
    },
  };
}
