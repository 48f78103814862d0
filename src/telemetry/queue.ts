/** How much may wait. */
interface QueueLimits {
  readonly maxItems: number;
  readonly maxBytes: number;
}

/** What waits to be sent, oldest first; never more than its limits. */
interface Queue<T> {
  readonly size: () => number;
  /** Gives back how many old ones had to go. */
  readonly add: (item: T, bytes: number) => number;
  /** The oldest ones, up to a number and a size but at least one. */
  readonly take: (maxItems: number, maxBytes: number) => Batch<T>;
  /** What was taken goes back to where it was; gives back how many had to go. */
  readonly putBack: (batch: Batch<T>) => number;
}

export type Batch<T> = readonly { readonly item: T; readonly bytes: number }[];

/** A queue that drops its oldest items when it is full. */
export function createQueue<T>({ maxItems, maxBytes }: QueueLimits): Queue<T> {
  let waiting: Batch<T>[number][] = [];
  let bytes = 0;

  const trim = (): number => {
    let dropped = 0;
    while (waiting.length > maxItems || bytes > maxBytes) {
      bytes -= waiting.shift()?.bytes ?? bytes;
      dropped += 1;
    }
    return dropped;
  };
  return {
    size: () => waiting.length,
    add: (item, itemBytes) => {
      waiting.push({ item, bytes: itemBytes });
      bytes += itemBytes;
      return trim();
    },
    take: (most, mostBytes) => {
      let [count, taken] = [0, 0];
      for (const entry of waiting) {
        if (count === most || (count > 0 && taken + entry.bytes > mostBytes)) break;
        count += 1;
        taken += entry.bytes;
      }
      bytes -= taken;
      return waiting.splice(0, count);
    },
    putBack: (batch) => {
      waiting = [...batch, ...waiting];
      bytes += batch.reduce((sum, entry) => sum + entry.bytes, 0);
      return trim();
    },
  };
}
