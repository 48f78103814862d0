import { join } from "node:path";
import { leavesZombies } from "../agent/process/orphans.ts";
import type { Event } from "./core/state/event.ts";
import { logLines } from "./core/report/log-lines.ts";
import type { Transition } from "./core/report/transition.ts";
import type { State } from "./core/state/state.ts";
import type { InUse } from "./inputs/in-use.ts";
import type { RaisedWall } from "./inputs/raise-wall.ts";
import type { Logger } from "./log/log.ts";
import type { Settings } from "./settings/settings.ts";

/** The first lines of a supervisor's log: who, where, with what. */
export function announce(
  log: Logger,
  { settings, withheld, warning }: InUse,
  state: State,
  { version, wall }: { readonly version: string; readonly wall: RaisedWall },
): void {
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
  announceWall(log, wall);
  announceZombies(log, settings, wall);
  announceWithheld(log, withheld);
  if (warning !== undefined) log.warn(warning);
  announceRemote(log, state);
}

function announceRemote(log: Logger, { config: { target, waiting } }: State): void {
  if (waiting !== undefined) {
    log.info({ hash: waiting.hash }, "remote config found that is yet to be tried");
  } else if (target?.remote === undefined) log.info("no remote config received yet");
  else log.info({ hash: target.remote.hash }, "last good remote config found");
}

/** What the agent does not get of our environment; names only. */
export function announceWithheld(log: Logger, withheld: readonly string[]): void {
  if (withheld.length === 0) return;
  const variables = withheld.join(", ");
  log.info({ variables }, "the agent does not get these variables of our environment");
}

function announceAttached(log: Logger, { agent, storage }: Settings): void {
  if (agent.attach === undefined) return;
  const { configPath, executable, find, kubernetes } = agent.attach;
  if (kubernetes !== undefined) {
    const { namespace, kind, name, configMap } = kubernetes;
    log.info(
      { namespace, workload: `${kind}/${name}`, configMap },
      "the agent is the pods of a workload of Kubernetes",
    );
    if (agent.executable !== "") return;
    log.warn(
      "agent.executable names no binary: configurations are not validated before they are rolled out",
    );
    return;
  }
  const file = configPath ?? join(storage.directory, "effective.yaml");
  log.info({ find, executable, configPath: file }, "the agent is started by somebody else");
  if (agent.executable !== "") return;
  log.warn(
    "agent.executable names no binary: configurations are not validated before they are tried, and it is assumed that the agent has health_check, and nop unless it is aws-otel-collector",
  );
}

/** That there is none, though there should be, is said at each start of the agent. */
function announceWall(log: Logger, { by, writable, notOpened }: RaisedWall): void {
  if (by === undefined) return;
  log.info({ by, writable }, "the agent is confined: it may write to what is named here only");
  if (notOpened.length === 0) return;
  log.warn(
    { entries: notOpened },
    "the agent may not write to what these entries of agent.policy name: it is not there, is all files, has files of the supervisor in it, or is reached by a link that the agent could have made",
  );
}

function announceZombies(log: Logger, { agent }: Settings, { stays }: RaisedWall): void {
  if (agent.attach !== undefined || !leavesZombies(agent.executable, stays)) return;
  log.warn(
    { executable: agent.executable },
    "this supervisor is the first process of its container and the executable is a script: what the script leaves behind stays as a zombie; end the script with exec, or give the container an init (docker run --init, tini as its entrypoint, or tini on the PATH and Node 22.15 or newer)",
  );
}

/** Logs what a change of state is worth telling, and each event at level debug. */
export function logChange(log: Logger, event: Event, transitions: readonly Transition[]): void {
  log.debug(
    { event: event.on, ...(event.on === "step-begun" ? { step: event.step.do } : {}) },
    "event",
  );
  for (const { level, message, fields } of logLines(transitions)) log[level](fields, message);
}
