import type { ServerToAgent } from "../../opamp-client/wire/messages.ts";

/** More than this does not wait for the end of a proof: the full report after it has the server say again what counts. */
const mostMessages = 20;
const mostBytes = 8 * 1024 * 1024;

/** Messages that wait, the oldest first. */
export interface KeptMessages {
  /** Passed over where there is no room for it. */
  readonly add: (message: ServerToAgent) => void;
  /** All of them, which are kept no longer. */
  readonly take: () => readonly ServerToAgent[];
}

/** Keeps the first messages of a connection, bounded by their number and by the memory that they hold. */
export function createKeptMessages(): KeptMessages {
  let messages: ServerToAgent[] = [];
  let bytes = 0;
  return {
    add(message): void {
      const size = heldBy(message);
      if (messages.length === mostMessages || bytes + size > mostBytes) return;
      messages.push(message);
      bytes += size;
    },
    take(): readonly ServerToAgent[] {
      const all = messages;
      messages = [];
      bytes = 0;
      return all;
    },
  };
}

/** The memory that a message holds: bytes in it are a view of the whole frame that it came in. */
function heldBy(message: ServerToAgent): number {
  const frames = new Set<ArrayBufferLike>();
  let bytes = 0;
  const rest: unknown[] = [message];
  while (rest.length > 0) {
    const value = rest.pop();
    bytes += 8;
    if (typeof value === "string") bytes += 2 * value.length;
    else if (value instanceof Uint8Array) frames.add(value.buffer);
    else if (value instanceof Map) for (const [name, each] of value) rest.push(name, each);
    else if (typeof value === "object" && value !== null)
      rest.push(...(Object.values(value) as unknown[]));
  }
  for (const { byteLength } of frames) bytes += byteLength;
  return bytes;
}
