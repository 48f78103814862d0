import type { OutputSink } from "../agent/output/line-reader.ts";
import { newSecret } from "../agent/extension/local-token.ts";
import { join } from "node:path";
import { messageOf } from "../errors.ts";
import { adoption, findAdoptable } from "./inputs/find-adoptable.ts";
import { createAgentEdges } from "./edges/agent-edges.ts";
import { announce, announceWithheld } from "./log-changes.ts";
import { killPointFrom, type KillPoint } from "../files/kill-point.ts";
import { createCommands } from "./commands.ts";
import { compilingLater } from "./compile-later.ts";
import { redact } from "../redact.ts";
import { certificateDaysLeft } from "./core/connections/certificate-renewal.ts";
import { agentResource } from "./core/report/description.ts";
import { withConfig } from "./core/state/state.ts";
import { followChanges } from "./follow-changes.ts";
import { createLeave, isOver } from "./leave.ts";
import { createExtensionLink } from "./edges/extension-link.ts";
import { firstState } from "./inputs/first-state.ts";
import { systemClock as clock, wallClockOf } from "./inputs/clocks.ts";
import { type InUse, inUse } from "./inputs/in-use.ts";
import { createStorageKeeper } from "./storage-keeper.ts";
import { lockStorage } from "./store/storage-lock.ts";
import type { Logger } from "./log/log.ts";
import { type Loop, createLoop } from "./loop.ts";
import { wallOrNone } from "./inputs/raise-wall.ts";
import { sharedFile } from "./inputs/shared-file.ts";
import { readAgain } from "./inputs/read-again.ts";
import type { SettingsResult } from "./settings/read/read-settings.ts";
import { createServerLinks } from "./server/server-links.ts";
import type { Settings } from "./settings/settings.ts";
import { createTakeOver } from "./take-over.ts";
import { startNotify } from "./notify/start-notify.ts";
import { healthAnswer } from "./health-page/health-answers.ts";
import { startHealthPage } from "./health-page/start-health-page.ts";
import { startOwnTelemetry } from "./own-telemetry/own-telemetry.ts";
import { createOfferedTelemetry } from "./own-telemetry/offered-telemetry.ts";
import { createReadingNote } from "./store/reading-note.ts";
import { startFault } from "./store/storage-directory.ts";
import { openStore, type Store } from "./store/store.ts";

/** What surrounds a supervisor. */
interface Surroundings {
  readonly environment: ReadonlyMap<string, string>;
  readonly workingDirectory: string;
  readonly version: string;
  readonly log: Logger;
  /** Takes one output of the agent's that goes through the log. */
  readonly agentLines: () => OutputSink;
  /** Has each line of the log, without secrets, given to a function too. */
  readonly tap: (take: (line: string) => void) => void;
}

/** A running supervisor. */
export interface Supervisor {
  /** Drains and stops the agent, says goodbye to the server; resolves when nothing is left. */
  readonly stop: () => Promise<void>;
  /** Ends the agent at once, for a second signal. */
  readonly stopNow: () => void;
  /** Ends, and leaves the agent to the next supervisor where the settings say so; else as `stop`. */
  readonly handOver: () => Promise<void>;
  /** For a fault of ours: the agent is left to a later supervisor where the settings say so, else ended at once. */
  readonly abandon: () => void;
  /** Takes over what is new in supervisor.yaml and the files that it names; nothing when something is wrong in it. */
  readonly readAgain: (read: SettingsResult) => Promise<void>;
}

/** Builds the edges from the settings and sets the loop going. Throws SupervisorError when that is impossible. */
export function startSupervisor(settings: Settings, surroundings: Surroundings): Supervisor {
  const { log } = surroundings;
  const passing = killPointFrom(surroundings.environment.get("OPAMPSUPERVISOR_TEST_KILL"));
  const store = openStore(settings.storage.directory, passing, sharedFile(settings));
  const unlock = lockStorage(store.directory, (reason) => {
    log.error(
      { reason },
      "the storage directory could not be locked: a second supervisor would not be noticed",
    );
  });
  try {
    store.clearLeftOver();
    return start(settings, surroundings, store, passing, unlock);
  } catch (error) {
    unlock();
    const fault = startFault(store.directory, error);
    log.fatal({ reason: messageOf(fault) }, "could not start");
    throw fault;
  }
}

function start(
  settings: Settings,
  surroundings: Surroundings,
  store: Store,
  passing: KillPoint,
  unlock: () => void,
): Supervisor {
  const { log, workingDirectory, environment, version, agentLines, tap } = surroundings;
  const resumed = { at: clock.now(), clock: wallClockOf(clock) };
  const first = firstState(settings, store, workingDirectory, environment, resumed);
  let now: InUse = inUse(settings, environment, first.state.config.local);
  const telemetry = startOwnTelemetry(settings, {
    ...{ log, tap, version, environment, begun: resumed.at },
    state: () => loop.state(),
    agentResource: () => agentResource(loop.state(), now.profile),
    certificateDaysLeft: () => certificateDaysLeft(loop.state(), clock.wall()),
  });
  const offerTelemetry = createOfferedTelemetry(telemetry.setOffered);
  for (const note of first.notes) log.warn(note);
  const searchPath = environment.get("PATH") ?? "";
  announce(log, now, first.state, { version, wall: wallOrNone(settings, searchPath) });

  const reading = createReadingNote(join(store.directory, "reading.json"));
  const stopped = deferred();
  const keeper = createStorageKeeper({
    ...{ store, unlock, log },
    state: () => loop.state(),
    post: (fact) => loop.post(fact),
    others: () => {
      edges.noteAgain();
      edges.lookAtBinary();
      commands.look();
    },
  });
  const links = createServerLinks(
    {
      now: () => now,
      state: () => loop.state(),
      post: (fact) => loop.post(fact),
      environment,
      log,
    },
    first.state,
  );
  const left =
    settings.agent.leftover === "adopt"
      ? findAdoptable(join(store.directory, "agent.json"), first.state)
      : undefined;
  const extension = createExtensionLink(
    left?.particulars.endpoint ?? { port: settings.agent.localPort, secret: newSecret() },
    log,
    (fact) => loop.post(fact),
  );
  const edges = createAgentEdges(
    () => now,
    store,
    {
      mirror: first.mirror,
      workingDirectory,
      searchPath,
      agentLines: telemetry.passing(agentLines),
      logFollower: telemetry.follower,
      ownEnvironment: environment,
    },
    extension,
    {
      post: (fact) => loop.post(fact),
      server: { ...links, isKept: keeper.isKept },
      mend: keeper.mend,
      ...{ passing, log, restoreCommandLine: (why) => takeOver.restore(why) },
    },
  );
  const follower = followChanges({
    ...{ passing, log, keep: keeper.keep, measured: telemetry.changed },
    changed: (after) => {
      if (isOver(after, settings)) stopped.resolve();
    },
    settled: [links.tell, offerTelemetry],
  });
  const loop: Loop = createLoop(
    withConfig(first.state, { deadly: reading.found }),
    () => now.core,
    {
      ...{ now: clock.now, wall: clock.wall },
      broken: (error, where) => {
        const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
        log.error({ where, reason: redact(reason) }, "internal error, the agent goes on");
      },
      apply: (step) => {
        passing(`before ${step.do}`);
        edges.apply(step);
        passing(`after ${step.do}`);
      },
      reading: compilingLater(reading.begin),
      changed: follower.changed,
      settled: (state) => {
        reading.end();
        follower.settled(state);
        manager.settled();
      },
    },
  );
  // Opened before the connection is made: the agent waits for it, and opening it takes no time.
  const listening = settings.agent.attach === undefined ? extension.listen() : undefined;
  // The first message and the start of the agent do not wait for each other: the connection is asked for first, within
  // one turn of the event loop, because the network answers while the agent is being started.
  links.start();
  if (first.changed) keeper.keep(first.state);
  const closeHealthPage = startHealthPage(
    settings.healthPage,
    {
      ...{ version, metrics: telemetry.metrics, resource: settings.telemetry.resource },
      answer: (path) => healthAnswer(path, loop.state()),
    },
    log,
  );
  const commands = createCommands(store.directory, loop, () => now, version, log);
  const cleared = left === undefined ? edges.clearLeftover(log) : undefined;
  const begin = (): void => {
    if (left !== undefined) {
      edges.adopt(left);
      loop.post(adoption(left));
    }
    loop.post({ on: "supervisor-started" });
    // Behind all else: nobody waits for it. A stop may have come in between.
    if (loop.state().desired.run === "up") commands.listen();
    keeper.watch();
  };
  void Promise.all([cleared, listening, oneTurn()])
    .then(begin)
    .catch((error: unknown) => {
      log.error({ reason: messageOf(error) }, "internal error at the start, the agent goes on");
    });

  const takeOver = createTakeOver({
    ...{ now: () => now, state: () => loop.state() },
    variables: () => extension.variables(undefined),
    scratchPath: (name) => join(store.directory, name),
    ...{ searchPath, log },
    takeOver: (next, { fact, reconnects }) => {
      const { withheld } = now;
      now = next;
      if (now.withheld.join() !== withheld.join()) announceWithheld(log, now.withheld);
      log.level = now.settings.log.level;
      loop.post(fact);
      if (reconnects) links.reconnect();
      links.tell(loop.state());
    },
  });

  const manager = startNotify(environment, {
    ...{ now: clock.now, log, begunAt: resumed.at },
    ...{ state: () => loop.state(), inUse: () => now, turn: () => loop.post({ on: "ticked" }) },
  });

  const leave = createLeave({
    ...{ state: () => loop.state(), settings: () => now.settings, kill: edges.kill },
    drained: async () => {
      loop.post({ on: "stop-asked" });
      await stopped.promise;
      loop.end();
    },
    letGo: () => {
      loop.end();
      takeOver.drop();
    },
    disconnect: () => Promise.all([extension.close(), links.stop()]),
    closeDoors: () => {
      commands.close();
      closeHealthPage();
      manager.end();
    },
    release: keeper.release,
    farewell: () => {
      log.info("stopped");
      return telemetry.stop();
    },
  });

  return {
    ...leave,
    readAgain: async (read) => {
      const news = readAgain(now.settings, loop.state().config.local, read, {
        log,
        environment,
        storageDirectory: store.directory,
        workingDirectory,
      });
      if (loop.state().desired.run === "down") return;
      const next = news && inUse(news.settings, environment, news.layers);
      manager.reloading();
      try {
        await takeOver.read(next ?? now, news);
      } finally {
        // Whatever came of it: systemd would take no other order before.
        manager.reloaded();
      }
    },
  };
}

function oneTurn(): Promise<void> {
  return new Promise((done) => setImmediate(done));
}

function deferred(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
