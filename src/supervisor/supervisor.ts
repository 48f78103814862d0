import { basename, join } from "node:path";
import { messageOf } from "../errors.ts";
import { newSecret } from "../agent/local-token.ts";
import { createAgentEdges } from "./agent-edges.ts";
import { type Passing, breakingPoint } from "./breaking-point.ts";
import { cachedFacts } from "./binary-cache.ts";
import type { Event } from "./core/event.ts";
import { newWatch } from "./core/flow-watch.ts";
import { narrate } from "./core/narrate.ts";
import { record, sameRecord } from "./core/record.ts";
import { capabilityBits, type Profile, report } from "./core/report.ts";
import type { LocalLayer, State } from "./core/state.ts";
import { createExtensionLink } from "./extension-link.ts";
import { withExtensionSource } from "./extension-source.ts";
import { hostFacts, machineFingerprint } from "./host-facts.ts";
import { lockDirectory } from "./lock.ts";
import type { Logger } from "./log.ts";
import { createLoop, type Loop } from "./loop.ts";
import { policyOf } from "./policy.ts";
import { connectToServer } from "./server-link.ts";
import type { Settings } from "./settings.ts";
import { readLocalSources } from "./sources.ts";
import { beginning } from "./start-state.ts";
import { openStore, type Store } from "./store.ts";

/** What surrounds a supervisor. */
export interface Surroundings {
  readonly environment: ReadonlyMap<string, string>;
  readonly workingDirectory: string;
  readonly version: string;
  readonly log: Logger;
}

/** A running supervisor. */
export interface Supervisor {
  /** Drains and stops the agent, says goodbye to the server; resolves when nothing is left. */
  readonly stop: () => Promise<void>;
  /** Ends the agent at once, for a second signal. */
  readonly stopNow: () => void;
}

/** Builds the edges from the settings and sets the loop going. Throws SupervisorError when that is impossible. */
export function startSupervisor(settings: Settings, surroundings: Surroundings): Supervisor {
  const { log } = surroundings;
  const passing = breakingPoint(surroundings.environment.get("OPAMPSUPERVISOR_TEST_KILL"));
  const store = openStore(settings.storage.directory, passing);
  const unlock = lockDirectory(store.directory);
  try {
    return start(settings, surroundings, store, passing, unlock);
  } catch (error) {
    unlock();
    log.fatal({ reason: messageOf(error) }, "could not start");
    throw error;
  }
}

function start(
  settings: Settings,
  surroundings: Surroundings,
  store: Store,
  passing: Passing,
  unlock: () => void,
): Supervisor {
  const { log, workingDirectory, environment } = surroundings;
  const found = store.read();
  const begin = beginning(found, settings.agent.instanceId, store.directory, machineFingerprint());
  const sources = readLocalSources(
    settings.agent,
    store.directory,
    workingDirectory,
    found.journal === undefined,
  );
  const facts = cachedFacts(settings.agent.executable, join(store.directory, "binary.json"));
  const profile = profileOf(settings);
  const agentEnvironment = new Map([...environment, ...settings.agent.env]);
  const policy = policyOf(settings.agent, agentEnvironment);
  const first: State = {
    ...begin.state,
    local: withExtensionSource(sources.layers, settings.agent),
    fallback: startsOnFallback(begin.state, sources.layers),
    identity: { ...begin.state.identity, binary: facts },
    watch: settings.agent.dataFlow === "off" ? undefined : newWatch(policy),
  };
  for (const note of [...begin.notes, ...sources.notes]) log.warn(note);
  announce(log, settings, first, surroundings.version);

  const client = connectToServer(settings.server, profile.capabilities, log, (fact) =>
    loop.post(fact),
  );
  const stopped = deferred();
  let told: State | undefined;
  const extension = createExtensionLink(
    { port: settings.agent.localPort, secret: newSecret() },
    log,
    (fact) => loop.post(fact),
  );
  const edges = createAgentEdges(
    settings,
    agentEnvironment,
    store,
    { mirror: sources.mirror, workingDirectory, searchPath: environment.get("PATH") ?? "" },
    extension,
    {
      post: (fact) => loop.post(fact),
      facts: () => loop.state().identity.binary,
      sayToServer: (message) => client.sendCustomMessage(message),
    },
  );
  const loop: Loop = createLoop(first, policy, {
    now: () => Date.now(),
    apply: (step) => {
      passing(`before ${step.do}`);
      edges.apply(step);
      passing(`after ${step.do}`);
    },
    changed: (before, after, event) => {
      passing(`fact ${event.on}`);
      keep(store, before, after, log);
      tell(log, before, after, event);
      if (after.desired.run === "down" && after.agent.at === "down") stopped.resolve();
    },
    settled: (state) => {
      if (state === told) return;
      told = state;
      client.report(report(state, profile));
    },
  });
  // The first message and the start of the agent do not wait for each other: the connection is under way first,
  // because the network answers while the agent is being started.
  client.start();
  client.report(report(first, profile));
  if (found.journal === undefined || begin.changed) store.writeJournal(record(first));
  const ready = Promise.all([edges.clearLeftover(log), extension.listen()]);
  void ready.then(() => loop.post({ on: "supervisor-started" }));

  return {
    stop: async () => {
      loop.post({ on: "stop-asked" });
      if (loop.state().agent.at === "down") stopped.resolve();
      await stopped.promise;
      loop.end();
      await Promise.all([extension.close(), client.stop(report(loop.state(), profile))]);
      unlock();
      log.info("stopped");
    },
    stopNow: () => {
      const { agent: child } = loop.state();
      if (child.at !== "down") edges.kill(child.run);
      unlock();
    },
  };
}

/** The fallback files are for a first start that knows nothing else. */
function startsOnFallback({ target, waiting }: State, layers: readonly LocalLayer[]): boolean {
  if (target !== undefined || waiting !== undefined) return false;
  return layers.some(({ place }) => place === "fallback");
}

function profileOf({ agent, capabilities }: Settings): Profile {
  return {
    capabilities: capabilityBits(capabilities),
    fallbackName: basename(agent.executable),
    host: hostFacts(),
    identifying: agent.identifyingAttributes,
    nonIdentifying: agent.nonIdentifyingAttributes,
  };
}

function announce(log: Logger, settings: Settings, state: State, version: string): void {
  log.info(
    {
      version,
      instanceId: state.identity.uid,
      endpoint: settings.server.endpoint,
      executable: settings.agent.executable,
      storage: settings.storage.directory,
    },
    "supervisor starting",
  );
  if (state.target?.remote === undefined) log.info("no remote config received yet");
  else log.info({ hash: state.target.remote.hash }, "last good remote config found");
}

function keep(store: Store, before: State, after: State, log: Logger): void {
  if (sameRecord(before, after)) return;
  try {
    store.writeJournal(record(after));
  } catch (error) {
    // The agent matters more than the memory of it: go on, and say that a restart would not know.
    log.error({ reason: messageOf(error) }, "the journal could not be written");
  }
}

function tell(log: Logger, before: State, after: State, event: Event): void {
  log.debug(
    { event: event.on, ...(event.on === "step-begun" ? { step: event.step.do } : {}) },
    "event",
  );
  for (const { level, message, fields } of narrate(before, after, event))
    log[level](fields, message);
}

function deferred(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
