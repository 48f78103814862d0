import { type Destination, send } from "./destination.ts";
import type { Post } from "./post.ts";
import { createQueue, type Batch } from "./queue.ts";
import { outcomeOf, type Outcome } from "./sending.ts";
import type { TellTrouble } from "./log-trouble.ts";

/** Takes what one destination is to get. */
export interface Exporter<T> {
  readonly add: (item: T, bytes: number) => void;
  /** Sends what waits as far as that is possible in the time, and nothing more afterwards. */
  readonly stop: (withinMs: number) => Promise<void>;
}

/** How an exporter gathers. */
export interface Gathering {
  /** The longest that an item waits for others. */
  readonly delayMs: number;
  readonly maxQueueItems: number;
  readonly maxBatchItems: number;
}

/** A message of OTLP by the name that the table has for it. */
export interface OtlpMessage {
  readonly name: string;
  readonly value: object;
}

/** How much may wait for a destination that is away, whatever the number of items. */
const maxQueueBytes = 4 * 1024 * 1024;
/** Receivers refuse what is too large. */
const maxBatchBytes = 1024 * 1024;

/** Sends one signal to one destination, a request at a time; what cannot be kept is dropped, oldest first. */
export function createExporter<T>(
  destination: Destination,
  { delayMs, maxQueueItems, maxBatchItems }: Gathering,
  messageOf: (items: readonly T[]) => OtlpMessage,
  post: Post,
  trouble: TellTrouble,
): Exporter<T> {
  const queue = createQueue<T>({ maxItems: maxQueueItems, maxBytes: maxQueueBytes });
  const abort = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let sending: Promise<void> | undefined;
  let failures = 0;
  let over = false;

  const wait = (ms: number): void => {
    timer = setTimeout(() => {
      timer = undefined;
      sending = sendOne().then(next);
    }, ms).unref();
  };
  const next = (): void => {
    sending = undefined;
    if (over || timer !== undefined || queue.size() === 0) return;
    wait(queue.size() >= maxBatchItems ? 0 : delayMs);
  };
  const sendOne = async (): Promise<boolean> => {
    const batch = queue.take(maxBatchItems, maxBatchBytes);
    const message = messageOf(batch.map(({ item }) => item));
    const answer = await send(destination, message, post, abort.signal);
    const outcome = outcomeOf(answer, failures, Math.random());
    settle(batch, outcome);
    return outcome.is !== "again";
  };
  const settle = (batch: Batch<T>, outcome: Outcome): void => {
    switch (outcome.is) {
      case "sent":
        if (failures > 0) trouble.over();
        failures = 0;
        if (outcome.rejected !== undefined) {
          trouble.refused(outcome.rejected.items, outcome.rejected.why);
        }
        return;
      case "refused":
        trouble.refused(batch.length, outcome.why);
        return;
      case "again": {
        if (failures === 0) trouble.away(outcome.why);
        failures += 1;
        const dropped = queue.putBack(batch);
        if (dropped > 0) trouble.dropped(dropped);
        if (!over) wait(outcome.inMs);
      }
    }
  };
  return {
    add: (item, bytes) => {
      if (over) return;
      const dropped = queue.add(item, bytes);
      if (dropped > 0) trouble.dropped(dropped);
      // A full batch does not wait, unless it waits because the destination is away.
      if (failures === 0 && queue.size() >= maxBatchItems) clearWait();
      if (sending === undefined) next();
    },
    stop: async (withinMs) => {
      over = true;
      clearWait();
      const deadline = setTimeout(() => abort.abort(), withinMs);
      await sending;
      // What cannot be had now will not be back in a moment.
      let there = true;
      while (there && queue.size() > 0 && !abort.signal.aborted) there = await sendOne();
      clearTimeout(deadline);
      if (queue.size() > 0) trouble.dropped(queue.size());
    },
  };

  function clearWait(): void {
    clearTimeout(timer);
    timer = undefined;
  }
}
