import { readFileSync } from "node:fs";
import { join } from "node:path";
import { newInstanceUid, uidToText } from "../opamp-client/instance-uid.ts";
import { writeFileAtomic } from "./atomic-file.ts";
import { restore } from "./core/record.ts";
import { initialState, type State } from "./core/state.ts";
import { type MachineFingerprint, otherMachine } from "./host-facts.ts";
import { readReferenceState } from "./reference-state.ts";
import type { Found } from "./store.ts";

/** The state to begin with, and what the log should say about how it was found. */
export interface Beginning {
  readonly state: State;
  /** True when the journal does not say so yet. */
  readonly changed: boolean;
  readonly notes: readonly string[];
}

/**
 * What the journal holds, else a new identity. A disk that was copied to another machine gets a new identity too:
 * two agents must not share one.
 */
export function beginning(
  found: Found,
  configuredUid: string | undefined,
  directory: string,
  machine: MachineFingerprint,
): Beginning {
  const path = join(directory, "machine.json");
  const known = readFingerprint(path);
  const copied = known !== undefined && otherMachine(known, machine);
  if (known === undefined || copied) writeFileAtomic(path, JSON.stringify(machine));
  const { journal } = found;
  if (journal === undefined) {
    return firstBeginning(found, configuredUid, directory);
  }
  const kept = { ...restore(journal, found.texts), onDisk: found.onDisk };
  if (!copied || configuredUid === journal.uid) {
    return { state: kept, changed: kept.verdict !== journal.verdict, notes: found.warnings };
  }
  const uid = configuredUid ?? uidToText(newInstanceUid());
  const note = `the state directory comes from another machine: instance id ${journal.uid} stays there, this one is ${uid}`;
  return {
    state: { ...kept, identity: { ...kept.identity, uid } },
    changed: true,
    notes: [...found.warnings, note],
  };
}

/** Nothing of ours is there: the reference's state is taken over where it is, so that users can switch. */
function firstBeginning(
  found: Found,
  configuredUid: string | undefined,
  directory: string,
): Beginning {
  const reference = readReferenceState(directory);
  const uid = reference.uid ?? configuredUid ?? uidToText(newInstanceUid());
  const notes = [...found.warnings, ...reference.notes];
  const state = initialState(uid);
  const { remote } = reference;
  if (remote === undefined) return { state, changed: true, notes };
  return {
    state: {
      ...state,
      waiting: remote,
      lastOffer: { hash: remote.hash, digest: remote.digest },
      verdict: { is: "applying", hash: remote.hash, note: "" },
    },
    changed: true,
    notes,
  };
}

function readFingerprint(path: string): MachineFingerprint | undefined {
  try {
    const { machineId, productId } = JSON.parse(readFileSync(path, "utf8")) as MachineFingerprint;
    const whole = typeof machineId === "string" && typeof productId === "string";
    return whole ? { machineId, productId } : undefined;
  } catch {
    // The first start, or a damaged file: it is written anew.
    return undefined;
  }
}
