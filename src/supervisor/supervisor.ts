import type { OutputSink } from "../agent/line-reader.ts";
import { basename, join } from "node:path";
import { messageOf } from "../errors.ts";
import { newSecret } from "../agent/local-token.ts";
import { createAgentEdges } from "./agent-edges.ts";
import { type Passing, breakingPoint } from "./breaking-point.ts";
import { controlPath } from "./control-path.ts";
import { openControlSocket } from "./control-socket.ts";
import { assumedFacts, cachedFacts } from "./binary-cache.ts";
import type { Event } from "./core/event.ts";
import { newWatch } from "./core/flow-watch.ts";
import { newLogWatch } from "./core/log-watch.ts";
import { narrate } from "./core/narrate.ts";
import { record, sameRecord } from "./core/record.ts";
import { capabilityBits, type Profile, report } from "./core/report.ts";
import { retryAnswer } from "./core/retry.ts";
import type { BinaryFacts, LocalLayer, State } from "./core/state.ts";
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
import { openStore, type SharedFile, type Store } from "./store.ts";

/** What surrounds a supervisor. */
export interface Surroundings {
  readonly environment: ReadonlyMap<string, string>;
  readonly workingDirectory: string;
  readonly version: string;
  readonly log: Logger;
  /** Takes one output of the agent's that goes through the log. */
  readonly agentLines: () => OutputSink;
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
  const store = openStore(settings.storage.directory, passing, sharedFile(settings));
  const unlock = lockDirectory(store.directory, (reason) => {
    log.error(
      { reason },
      "the storage directory could not be locked: a second supervisor would not be noticed",
    );
  });
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
  const facts = knownFacts(settings, store);
  const profile = profileOf(settings);
  const agentEnvironment = new Map([...environment, ...settings.agent.env]);
  const policy = policyOf(settings.agent, agentEnvironment);
  const first: State = {
    ...begin.state,
    local: withExtensionSource(sources.layers, settings.agent),
    fallback: startsOnFallback(begin.state, sources.layers),
    identity: { ...begin.state.identity, binary: facts },
    watch: settings.agent.dataFlow === "off" ? undefined : newWatch(policy),
    log: settings.agent.passthroughLogs ? undefined : newLogWatch,
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
    {
      mirror: sources.mirror,
      workingDirectory,
      searchPath: environment.get("PATH") ?? "",
      agentLines: surroundings.agentLines,
      commandEnv: Object.fromEntries(environment),
    },
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
    },
    settled: (state) => {
      if (isOver(state, settings)) stopped.resolve();
      if (state === told) return;
      told = state;
      client.report(report(state, profile));
    },
  });
  // The first message and the start of the agent do not wait for each other: the connection is under way first,
  // because the network answers while the agent is being started.
  client.start();
  client.report(report(first, profile));
  if (found.journal === undefined || begin.changed) writeJournal(store, first, log);
  let closeControl = (): void => undefined;
  const ready = Promise.all([
    edges.clearLeftover(log),
    settings.agent.attach === undefined ? extension.listen() : undefined,
  ]);
  void ready.then(() => {
    loop.post({ on: "supervisor-started" });
    // Behind all else: nobody waits for it. A stop may have come in between.
    if (loop.state().desired.run === "up") closeControl = listenForCommands(store, loop, log);
  });

  return {
    stop: async () => {
      loop.post({ on: "stop-asked" });
      await stopped.promise;
      loop.end();
      await Promise.all([extension.close(), client.stop(report(loop.state(), profile))]);
      closeControl();
      unlock();
      log.info("stopped");
    },
    stopNow: () => {
      const { agent: child } = loop.state();
      if (child.at !== "down") edges.kill(child.run);
      closeControl();
      unlock();
    },
  };
}

/** For the commands of a person on this machine; gives back what ends it. */
function listenForCommands({ directory }: Store, loop: Loop, log: Logger): () => void {
  const retry = (): unknown => {
    const before = loop.state();
    loop.post({ on: "retry-asked" });
    return { message: retryAnswer(before, loop.state()) };
  };
  return openControlSocket(controlPath(directory), new Map([["POST /retry", retry]]), (reason) =>
    log.warn({ reason }, "no control socket: this supervisor cannot be asked to retry"),
  );
}

/** The fallback files are for a start that knows nothing else, and for later ones until a server was there. */
function startsOnFallback(state: State, layers: readonly LocalLayer[]): boolean {
  const knowsNothing = state.target === undefined && state.waiting === undefined;
  return (state.fallback || knowsNothing) && layers.some(({ place }) => place === "fallback");
}

/** An agent of ours ends before us; somebody else's goes on with what its file holds. */
function isOver({ desired, agent, writing }: State, settings: Settings): boolean {
  if (desired.run === "up" || writing !== undefined) return false;
  return settings.agent.attach !== undefined || agent.at === "down";
}

function sharedFile({ agent, storage }: Settings): SharedFile | undefined {
  const { attach } = agent;
  if (attach === undefined) return undefined;
  return {
    path: attach.configPath ?? join(storage.directory, "effective.yaml"),
    mode: attach.configMode,
  };
}

/** What is known of the binary without asking it. */
function knownFacts({ agent }: Settings, store: Store): BinaryFacts | undefined {
  if (agent.executable === "") return assumedFacts(basename(agent.attach?.executable ?? ""));
  return cachedFacts(agent.executable, join(store.directory, "binary.json"));
}

function profileOf({ agent, capabilities }: Settings): Profile {
  return {
    capabilities: capabilityBits({
      ...capabilities,
      acceptsRestartCommand: capabilities.acceptsRestartCommand && (agent.attach?.mayEnd ?? true),
    }),
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
  announceAttached(log, settings);
  if (state.target?.remote === undefined) log.info("no remote config received yet");
  else log.info({ hash: state.target.remote.hash }, "last good remote config found");
}

function announceAttached(log: Logger, { agent, storage }: Settings): void {
  if (agent.attach === undefined) return;
  const { configPath, executable, find } = agent.attach;
  const file = configPath ?? join(storage.directory, "effective.yaml");
  log.info({ find, executable, configPath: file }, "the agent is started by somebody else");
  if (agent.executable !== "") return;
  log.warn(
    "agent.executable names no binary: configurations are not validated before they are tried, and it is assumed that the agent has health_check and nop",
  );
}

function keep(store: Store, before: State, after: State, log: Logger): void {
  if (!sameRecord(before, after)) writeJournal(store, after, log);
}

function writeJournal(store: Store, state: State, log: Logger): void {
  try {
    store.writeJournal(record(state));
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
