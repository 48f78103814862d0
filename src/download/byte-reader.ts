/** Reads a stream in portions of a known length. */
export interface ByteReader {
  readonly take: (count: number) => Promise<Buffer>;
  readonly pieces: (count: number) => AsyncGenerator<Buffer>;
  /** Reads on to the end. */
  readonly drain: () => Promise<void>;
}

/** Where a stream ends in the middle of what is asked for, what `tooShort` makes is thrown. */
export function createByteReader(source: AsyncIterable<Buffer>, tooShort: () => Error): ByteReader {
  const chunks = source[Symbol.asyncIterator]();
  let rest: Buffer = Buffer.alloc(0);
  const refill = async (): Promise<boolean> => {
    const next = await chunks.next();
    if (next.done === true) return false;
    rest = next.value;
    return true;
  };
  async function* pieces(count: number): AsyncGenerator<Buffer> {
    let missing = count;
    while (missing > 0) {
      if (rest.length === 0 && !(await refill())) throw tooShort();
      const piece = rest.subarray(0, missing);
      rest = rest.subarray(piece.length);
      missing -= piece.length;
      yield piece;
    }
  }
  const take = async (count: number): Promise<Buffer> => {
    const parts: Buffer[] = [];
    for await (const piece of pieces(count)) parts.push(piece);
    return Buffer.concat(parts);
  };
  const drain = async (): Promise<void> => {
    while (await refill());
  };
  return { take, pieces, drain };
}
