import { getHeapStatistics } from "node:v8";

/** What the supervisor holds by itself, and a little more. */
const ownBytes = 32 * 1024 * 1024;

/** How much an offer may take of V8's heap, which ends the process that wants more; small in a small container. */
export function heapRoomBytes(): number {
  return getHeapStatistics().heap_size_limit - ownBytes;
}
