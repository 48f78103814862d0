import { heldOf } from "../fleet/held-bytes.ts";
import type { KnownAgent } from "../fleet/known-agent.ts";

/** How much is held of all agents, and of whom the most is; to note one costs the same however many there are. */
interface HeldBytes {
  /** Undefined: it was forgotten. */
  note: (uid: string, record: KnownAgent | undefined) => void;
  total: () => number;
  /** An agent of which no other one has more than a tenth more; undefined: nothing is held. */
  biggest: () => string | undefined;
}

/** Eight of them from one power of two to the next. */
const classes = 8;

/** Counts nothing at first. */
export function rankBytes(): HeldBytes {
  const sizes = new Map<string, number>();
  const bySize = new Map<number, Set<string>>();
  let total = 0;
  const classOf = (bytes: number): number => Math.floor(Math.log2(bytes) * classes);
  const remove = (uid: string, bytes: number): void => {
    sizes.delete(uid);
    if (bytes === 0) return;
    const uids = bySize.get(classOf(bytes));
    uids?.delete(uid);
    if (uids?.size === 0) bySize.delete(classOf(bytes));
  };
  const add = (uid: string, bytes: number): void => {
    if (bytes === 0) return;
    sizes.set(uid, bytes);
    bySize.set(classOf(bytes), (bySize.get(classOf(bytes)) ?? new Set()).add(uid));
  };
  return {
    note: (uid, record) => {
      const was = sizes.get(uid) ?? 0;
      const is = record === undefined ? 0 : heldOf(record);
      if (is === was) return;
      total += is - was;
      remove(uid, was);
      add(uid, is);
    },
    total: () => total,
    biggest: () => {
      const top = Math.max(...bySize.keys());
      const [uid] = bySize.get(top) ?? [];
      return uid;
    },
  };
}
