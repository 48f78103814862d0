import type { StateFile } from "../store/state-file.ts";

/** What is kept of the console's own values. */
export type RecordKind = "configuration" | "group" | "rollout" | "rollout-agents" | "pictures";

/** Where plain values outlive the server. */
export interface RecordStore {
  /** On the disk before an agent is told of anything that follows from it; nothing follows from pictures. */
  put(kind: RecordKind, key: string, value: object): void;
  remove(kind: RecordKind, key: string): void;
  all(kind: RecordKind): readonly { readonly key: string; readonly value: unknown }[];
}

/** Keeps plain values in the server's state file, or as long as the server lives. */
export function recordsIn(state: Pick<StateFile, "entries" | "put" | "flush">): RecordStore {
  const nameOf = (kind: RecordKind): string => `console-${kind}`;
  // Whoever saves something is told at once that it is saved; what a rollout does follows from itself.
  const flush = (kind: RecordKind): void => {
    if (kind === "configuration" || kind === "group") state.flush();
  };
  return {
    put: (kind, key, value) => {
      state.put({ kind: nameOf(kind), key, value, first: kind !== "pictures" });
      flush(kind);
    },
    remove: (kind, key) => {
      state.put({ kind: nameOf(kind), key, value: undefined, first: true });
      flush(kind);
    },
    all: (kind) => state.entries.filter((entry) => entry.kind === nameOf(kind)),
  };
}
