import { type Certificate } from "../connections/self-signed.ts";
import type { KnownAgent } from "../fleet/known-agent.ts";
import type { KeptFleet } from "../kept/kept-fleet.ts";
import type { StateFile } from "./state-file.ts";
import { agentWrites, storedAgents, unusedFiles } from "./stored-agent.ts";

/** Takes into the fleet what was kept, and keeps from now on what changes in it. */
export function keepFleetIn(state: StateFile, kept: KeptFleet): void {
  const { entries } = state;
  const agents = storedAgents(entries);
  for (const key of unusedFiles(entries, agents)) {
    state.put({ kind: "files", key, value: undefined });
  }
  kept.learn({ records: agents });
  for (const { kind, key } of entries) if (kind === "revoked") kept.learn({ revoked: key });
  if (state.path === undefined) return;
  // An agent whose parts are not apart in the file yet is written as a whole when it changes.
  const apart = new Set(entries.filter(({ kind }) => kind === "wanted").map(({ key }) => key));
  const known = new Map<string, KnownAgent>(
    // Not as they were read: something of them may have been too much to keep.
    [...kept.current().agents].filter(([uid]) => apart.has(uid)),
  );
  kept.listeners.add(({ records = [], forgotten = [], revoked }) => {
    const keep = (uid: string, after: KnownAgent | undefined): void => {
      for (const write of agentWrites(uid, known.get(uid), after)) state.put(write);
      if (after === undefined) known.delete(uid);
      else known.set(uid, after);
    };
    for (const record of records) keep(record.uid, record);
    for (const uid of forgotten) keep(uid, undefined);
    if (revoked !== undefined) {
      state.put({ kind: "revoked", key: revoked, value: {}, first: true });
    }
  });
}

/** The authority that was kept, or a new one that is kept from now on. */
export function keptAuthority(state: StateFile, make: () => Certificate): Certificate {
  const found = state.entries.find(({ kind }) => kind === "authority")?.value;
  if (isCertificate(found)) return found;
  const made = make();
  state.put({ kind: "authority", key: "clients", value: made, first: true });
  state.flush();
  return made;
}

function isCertificate(value: unknown): value is Certificate {
  if (typeof value !== "object" || value === null) return false;
  const { cert, key }: Readonly<Record<string, unknown>> = { ...value };
  return typeof cert === "string" && typeof key === "string";
}
