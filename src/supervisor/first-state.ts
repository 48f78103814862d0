import { basename, join } from "node:path";
import { assumedFacts, cachedFacts } from "./binary-cache.ts";
import { newWatch } from "./core/flow-watch.ts";
import { newLogWatch } from "./core/log-watch.ts";
import { endpointWritten } from "./core/reduce-offers.ts";
import type { BinaryFacts, LocalLayer, State } from "./core/state.ts";
import { withExtensionSource } from "./extension-source.ts";
import { machineFingerprint } from "./host-facts.ts";
import { policyOf } from "./policy.ts";
import type { Settings } from "./settings.ts";
import { readLocalSources } from "./sources.ts";
import { beginning } from "./start-state.ts";
import type { Store } from "./store.ts";

/** What a supervisor begins with. */
export interface Start {
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
): Start {
  const { agent } = settings;
  const found = store.read();
  const begin = beginning(found, agent.instanceId, store.directory, machineFingerprint());
  const firstEver = found.journal === undefined;
  const sources = readLocalSources(agent, store.directory, workingDirectory, firstEver);
  const state: State = {
    ...endpointWritten(begin.state, settings.server.endpoint),
    local: withExtensionSource(sources.layers, agent),
    fallback: startsOnFallback(begin.state, sources.layers),
    identity: { ...begin.state.identity, binary: knownFacts(settings, store) },
    watch: agent.dataFlow === "off" ? undefined : newWatch(policyOf(settings, environment)),
    log: agent.passthroughLogs ? undefined : newLogWatch,
  };
  return {
    state,
    changed: firstEver || begin.changed,
    mirror: sources.mirror,
    notes: [...begin.notes, ...sources.notes, ...offerNotes(begin.state, state)],
  };
}

function offerNotes({ offers }: State, after: State): readonly string[] {
  if (offers.server === undefined || after.offers.server !== undefined) return [];
  return [
    "server.endpoint is another one than before: the connection settings that a server had offered are dropped",
  ];
}

/** The fallback files are for a start that knows nothing else, and for later ones until a server was there. */
function startsOnFallback(state: State, layers: readonly LocalLayer[]): boolean {
  const knowsNothing = state.target === undefined && state.waiting === undefined;
  return (state.fallback || knowsNothing) && layers.some(({ place }) => place === "fallback");
}

/** What is known of the binary without asking it. */
function knownFacts({ agent }: Settings, store: Store): BinaryFacts | undefined {
  if (agent.executable === "") return assumedFacts(basename(agent.attach?.executable ?? ""));
  return cachedFacts(agent.executable, join(store.directory, "binary.json"));
}
