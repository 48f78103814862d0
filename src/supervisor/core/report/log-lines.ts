import type { Transition, TransitionOf } from "./transition.ts";

/** What an operator would tell a colleague: a fixed message, values in fields. */
export interface LogLine {
  readonly level: "info" | "warn" | "error";
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** How loud, in which words, and which fields of the transition are told with them; undefined: it is not told. */
type Wording<Is extends Transition["is"]> =
  readonly [LogLine["level"], string, ...(keyof Omit<TransitionOf<Is>, "is">)[]] | undefined;

const process = ["pid", "run", "generation", "probe"] as const;
const newConfig = ["generation", "hash", "parked", "warnings"] as const;

const wordings: { readonly [Is in Transition["is"]]: Wording<Is> } = {
  "supervisor-stopping": ["info", "stopping"],
  "clock-set": ["info", "the clock was set, or the machine has slept", "byMs"],
  "step-begun": undefined,
  "step-failed": ["error", "step failed", "step", "reason"],
  "agent-identified": ["info", "agent identified", "name", "version"],
  "odd-agent-identified": ["warn", "agent identified", "name", "version", "warning"],
  "agent-not-identified": ["error", "agent could not be identified", "reason"],
  // It is asked again and again, and nothing is new.
  "agent-still-not-identified": undefined,
  "uid-assigned": ["info", "instance id assigned by the server", "uid"],

  "config-offered": ["info", "remote config received", "hash", "files", "superseded"],
  "retry-asked": ["info", "retry asked by an operator", "failed", "quarantined"],
  "config-validated": undefined,
  "config-refused": undefined,
  "config-unfinished": [
    "warn",
    "the local configuration is tried without the collector's word on it",
    "reason",
  ],
  "config-written": undefined,
  "config-changed": ["info", "effective config changed", ...newConfig],
  "own-metrics-enabled": ["info", "own metrics pipeline enabled", "endpoint"],
  "own-port-moved": [
    "warn",
    "a port that the supervisor adds by itself is taken, the agent gets another one",
    "of",
    "from",
    "to",
    "heldBy",
  ],
  "proof-begun": undefined,
  "config-applied": ["info", "remote config applied", "hash"],
  "config-failed": ["error", "remote config failed", "hash", "reason"],
  "layers-failed": ["error", "local configuration failed", "reason"],
  "rolled-back": ["warn", "rolled back to the last good configuration", "generation", "from"],

  "agent-started": ["info", "agent process started", ...process, "notNoted"],
  "agent-found": ["info", "agent process found", ...process],
  "older-agent-found": [
    "info",
    "agent process found, it is older than its configuration file",
    ...process,
  ],
  "agent-adopted": ["info", "agent of an earlier supervisor goes on", "pid", "run", "generation"],
  "agent-awaited": ["warn", "waiting for the agent", "reason"],
  "agent-healthy": ["info", "agent is healthy", "generation", "probe", "afterMs", "gapMs"],
  "agent-not-healthy-yet": ["info", "agent is not healthy yet", "reason"],
  "agent-ill": ["warn", "agent is unhealthy", "reason"],
  "agent-doubted": ["warn", "it is not known what the agent runs", "reason"],
  "restart-commanded": ["info", "restart command received", "inMs"],
  "restart-refused": ["warn", "restart command refused", "reason"],
  "stop-begun": ["info", "agent is being stopped", "pid"],
  "restart-begun": ["info", "agent is restarted to apply", "why", "pid"],
  "kill-begun": ["warn", "agent did not drain in time and is killed", "pid", "forcedKills"],
  "agent-stopped": ["info", "agent process stopped", "run"],
  "agent-crashed": ["error", "agent process ended unexpectedly", "run", "reason", "restartInMs"],
  "reload-begun": ["info", "agent is reloaded to apply", "generation", "pid", "receivers"],
  "reload-ended": ["info", "agent runs the new configuration", "generation", "pid", "gapMs"],

  "data-flow-degraded": ["warn", "less data flows than before the change", "why"],
  "data-flow-restored": ["info", "data flows as before the change again, or is not known"],
  "data-flow-unwatched": ["info", "the data flow is not watched", "why"],
  "log-too-large": ["warn", "the agent's log is too large and could not be set aside", "reason"],
  "log-missing": ["warn", "the agent runs without a log", "reason"],
  "log-back": ["info", "the agent has a log again"],
  "storage-failed": [
    "error",
    "the storage directory cannot be written, nothing new is taken",
    "reason",
  ],
  "storage-works": ["info", "the storage directory can be written again"],
  "log-set-aside": ["info", "the agent's log was set aside", "keptBytes"],
  "log-cut": [
    "warn",
    "the agent's log was set aside, a part of it is gone",
    ...(["keptBytes", "skippedBytes", "lostBytes"] as const),
  ],

  "packages-offered": ["info", "packages received", "packages", "reason"],
  "package-fetch-begun": ["info", "package is fetched", "name", "version"],
  "package-fetched": ["info", "package fetched and proved", "name", "version"],
  "package-failed": ["error", "package not installed", "name", "version", "reason", "again"],
  "binary-tried": ["info", "another version of the agent is tried", "version", "executable"],
  "binary-in-force": ["info", "this version of the agent is in force", "version", "executable"],
  "binary-pinned": ["info", "an operator keeps the version of the agent that runs"],
  "binary-unpinned": ["info", "an operator lets other versions of the agent be taken again"],
  "package-lost": ["error", "this version of the agent is not there any more", "executable"],
  "binary-replaced": [
    "warn",
    "the agent's binary was replaced while it runs, the next start takes the new one",
  ],

  "connections-offered": ["info", "connection settings received", "hash", "parts"],
  "connections-applied": ["info", "connection settings applied", "hash"],
  "connections-failed": ["error", "connection settings failed", "hash", "reason"],
  "server-changed": [
    "info",
    "the server is connected to with other settings",
    ...(["endpoint", "offeredByServer"] as const),
  ],
  "certificate-asked": ["info", "a client certificate is asked for"],
  "certificate-refused": ["error", "the server refuses to sign a certificate", "reason"],
  "messages-dropped": [
    "warn",
    "a custom message was dropped, because too many wait to be passed on",
    "dropped",
  ],
};

/** The lines that these transitions are worth. */
export function logLines(transitions: readonly Transition[]): readonly LogLine[] {
  const crash = transitions.find((one) => one.is === "agent-crashed");
  return transitions
    .map((one) => lineOf(one === crash ? one : withoutRepeated(one, crash)))
    .filter((line) => line !== undefined);
}

/** What follows from an end without its reason, which is long and is told once, with the end itself. */
function withoutRepeated(
  transition: Transition,
  crash: TransitionOf<"agent-crashed"> | undefined,
): Transition {
  if (crash === undefined || !("reason" in transition)) return transition;
  const instead = `the agent ended (why stands with the end of run ${crash.run})`;
  const reason = transition.reason?.replace(crash.shortReason, () => instead);
  return { ...transition, reason } as Transition;
}

function lineOf(transition: Transition): LogLine | undefined {
  const wording = wordings[transition.is];
  if (wording === undefined) return undefined;
  const [level, message, ...names]: readonly [LogLine["level"], string, ...string[]] = wording;
  const values: Readonly<Record<string, unknown>> = transition;
  const fields = Object.fromEntries(names.map((name) => [name, values[name]]));
  return { level, message, fields };
}
