import { basename, join } from "node:path";
import type { LocalLayer, BinaryFacts } from "../../agent-config/config.ts";
import { uidToText, newInstanceUid } from "../../opamp-client/wire/instance-uid.ts";
import { newLogWatch } from "../core/agent/log-size.ts";
import { withBinary, withDelivered } from "../core/config/binary.ts";
import { endpointWritten } from "../core/connections/offer.ts";
import { newWatch } from "../core/data-flow/watch.ts";
import { restore } from "../core/report/journal.ts";
import type { Resumption } from "../core/report/offers-record.ts";
import { type State, withConfig, initialState } from "../core/state/state.ts";
import { coreSettingsOf } from "../settings/derive-core-settings.ts";
import type { Settings } from "../settings/settings.ts";
import { writeFileAtomic } from "../../files/atomic-file.ts";
import { clearWay } from "../../files/own-file.ts";
import { textOrNothing } from "../../files/read-if-there.ts";
import type { Store, Found } from "../store/store.ts";
import { assumedFacts, cachedFacts, factsPath } from "./binary-cache.ts";
import { withExtensionSource } from "./extension-source.ts";
import { machineFingerprint, type MachineFingerprint, otherMachine } from "./host-facts.ts";
import { readLocalSources } from "./local-files.ts";
import { readReferenceState } from "./reference-state.ts";

/** What a supervisor begins with. */
interface Start {
  readonly state: State;
  /** True when the journal does not say so yet. */
  readonly changed: boolean;
  /** A file outside the state directory that is kept equal to `effective.yaml`. */
  readonly mirror: string | undefined;
  /** What the log should say about how all this was found. */
  readonly notes: readonly string[];
}

/** Reads what earlier lives left on disk, the operator's files, and what is known of the binary. */
export function firstState(
  settings: Settings,
  store: Store,
  workingDirectory: string,
  environment: ReadonlyMap<string, string>,
  begun: Pick<Resumption, "at" | "clock">,
): Start {
  const { agent } = settings;
  const found = store.read();
  const core = coreSettingsOf(settings, environment);
  const resumption = { ...begun, ...core, longestMs: core.packages.probationMs };
  const machine = machineFingerprint();
  const begin = beginning(found, agent.instanceId, store.directory, machine, resumption);
  const firstEver = found.journal === undefined;
  const sources = readLocalSources(agent, store.directory, workingDirectory, firstEver);
  const facts = knownFacts(settings, store);
  const restored: State = {
    ...withConfig(endpointWritten(begin.state, settings.server.endpoint), {
      local: withExtensionSource(sources.layers, agent),
      fallback: startsOnFallback(begin.state, sources.layers),
    }),
    identity: { ...begin.state.identity, binary: facts },
    dataFlow: agent.dataFlow === "off" ? undefined : newWatch(core),
    log: agent.passthroughLogs ? undefined : newLogWatch,
  };
  const delivered = withDelivered(restored, ({ path, package: from }) =>
    from === undefined ? undefined : cachedFacts(path, factsPath(from.directory)),
  );
  const state = withBinary(delivered, { path: agent.executable, facts });
  return {
    state,
    changed: firstEver || begin.changed,
    mirror: sources.mirror,
    notes: [...begin.notes, ...sources.notes, ...offerNotes(begin.state, state)],
  };
}

function offerNotes({ connections: offers }: State, after: State): readonly string[] {
  if (offers.server === undefined || after.connections.server !== undefined) return [];
  return [
    "server.endpoint is another one than before: the connection settings that a server had offered are dropped",
  ];
}

/** The fallback files are for a start that knows nothing else, and for later ones until a server was there. */
function startsOnFallback(state: State, layers: readonly LocalLayer[]): boolean {
  const knowsNothing = state.config.target === undefined && state.config.waiting === undefined;
  return (
    (state.config.fallback || knowsNothing) && layers.some(({ place }) => place === "fallback")
  );
}

/** What is known of the binary without asking it. */
function knownFacts({ agent }: Settings, store: Store): BinaryFacts | undefined {
  if (agent.executable === "") return assumedFacts(basename(agent.attach?.executable ?? ""));
  return cachedFacts(agent.executable, join(store.directory, "binary.json"));
}

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
  resumption: Resumption,
): Beginning {
  const path = join(directory, "machine.json");
  const known = readFingerprint(path);
  const copied = known !== undefined && otherMachine(known, machine);
  // One of an earlier version of ours knows less.
  const knowsMore = known?.instanceId === "" && machine.instanceId !== "";
  if (known === undefined || copied || knowsMore) {
    clearWay(path);
    writeFileAtomic(path, JSON.stringify(machine));
  }
  const { journal } = found;
  if (journal === undefined) {
    return firstBeginning(found, configuredUid, directory, resumption);
  }
  const kept = withConfig(restore(journal, found.texts, resumption), { onDisk: found.onDisk });
  if (!copied || configuredUid === journal.uid) {
    return { state: kept, changed: kept.config.verdict !== journal.verdict, notes: found.warnings };
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
  { clock }: Resumption,
): Beginning {
  const reference = readReferenceState(directory);
  const uid = reference.uid ?? configuredUid ?? uidToText(newInstanceUid());
  const notes = [...found.warnings, ...reference.notes];
  const state = initialState(uid, clock);
  const { remote } = reference;
  if (remote === undefined) return { state, changed: true, notes };
  return {
    state: withConfig(state, {
      waiting: remote,
      lastOffer: { hash: remote.hash, digest: remote.digest },
      verdict: { is: "applying", hash: remote.hash, note: "" },
    }),
    changed: true,
    notes,
  };
}

function readFingerprint(path: string): MachineFingerprint | undefined {
  try {
    const kept = JSON.parse(textOrNothing(path)) as Partial<MachineFingerprint>;
    const { machineId, productId, instanceId = "" } = kept;
    const whole = typeof machineId === "string" && typeof productId === "string";
    return whole ? { machineId, productId, instanceId } : undefined;
  } catch {
    // The first start, or a damaged file: it is written anew.
    return undefined;
  }
}
