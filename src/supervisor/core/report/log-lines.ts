import { binaryWarning } from "../../../agent-config/binary-warning.ts";
import type { Event } from "../state/event.ts";
import { exitText } from "../agent/exit-text.ts";
import { logLinesOfAttached } from "./log-lines-of-attached.ts";
import { logLinesOfOffers } from "./log-lines-of-offers.ts";
import type { Instant } from "../state/time.ts";
import type { State } from "../state/state.ts";
import type { LogLine } from "./log-line.ts";

type LineOf = (before: State, after: State, event: Event) => LogLine | undefined;

/** The lines that a change of state is worth; none for the many small ones. */
export function logLines(before: State, after: State, event: Event): readonly LogLine[] {
  const lines = lineMakers.map((tell) => tell(before, after, event));
  return [
    ...lines.filter((line) => line !== undefined),
    ...logLinesOfAttached(before, after, event),
    ...logLinesOfOffers(before, after, event),
  ];
}

const info = (message: string, fields: LogLine["fields"] = {}): LogLine => {
  return { level: "info", message, fields };
};

const offer: LineOf = (before, after, event) => {
  if (event.on !== "config-offered" || before.config.lastOffer === after.config.lastOffer)
    return undefined;
  const { hash, files } = event.remote;
  return info("remote config received", { hash, files: files.map((file) => file.name) });
};

const retry: LineOf = ({ config: { failed, failures } }, _after, event) =>
  event.on === "retry-asked"
    ? info("retry asked by an operator", { failed: failed?.hash, quarantined: failures.length })
    : undefined;

const identity: LineOf = (before, after, event) => {
  if (event.on === "agent-identified") {
    const { name, version } = event.facts;
    const warning = binaryWarning(event.facts);
    return warning === undefined
      ? info("agent identified", { name, version })
      : { level: "warn", message: "agent identified", fields: { name, version, warning } };
  }
  if (event.on === "step-failed" && event.step.do === "identify-agent") {
    // It is asked again and again, and nothing is new.
    if (before.identity.problem === after.identity.problem) return undefined;
    return {
      level: "error",
      message: "agent could not be identified",
      fields: { reason: event.why },
    };
  }
  const uid = after.identity.uid;
  return before.identity.uid === uid
    ? undefined
    : info("instance id assigned by the server", { uid });
};

const config: LineOf = (before, after, event) => {
  if (event.on !== "config-written" || before.config.target === after.config.target)
    return undefined;
  const { target } = after.config;
  if (target === undefined) return undefined;
  return info("effective config changed", {
    generation: target.number,
    hash: target.config.hash,
    parked: target.config.parked,
    ...(target.config.warnings.length === 0 ? {} : { warnings: target.config.warnings }),
  });
};

const ownMetrics: LineOf = (before, after) => {
  const endpoint = after.config.target?.config.ownMetrics;
  if (endpoint === undefined || before.config.target?.config.ownMetrics === endpoint)
    return undefined;
  return info("own metrics pipeline enabled", { endpoint });
};

const restart: LineOf = (before, after) => {
  const agent = after.agent.process;
  const { target } = after.config;
  if (agent.at !== "stopping" || before.agent.process.at === "stopping") return undefined;
  if (after.desired.run === "down") return info("agent is being stopped", { pid: agent.pid });
  const why = target?.number === agent.generation.number ? "restart command" : "new configuration";
  return info("agent is restarted to apply", { why, pid: agent.pid });
};

const reload: LineOf = (before, after) => {
  const agent = after.agent.process;
  if (agent.at === "reloading") {
    if (before.agent.process.at === "reloading") return undefined;
    return info("agent is reloaded to apply", { generation: agent.to.number, pid: agent.pid });
  }
  if (before.agent.process.at !== "reloading" || agent.at !== "up") return undefined;
  const { pid, generation, healthySince } = agent;
  return info("agent runs the new configuration", {
    generation: generation.number,
    pid,
    ...gap(before, healthySince),
  });
};

const restartCommand: LineOf = (before, after, event) => {
  if (event.on !== "restart-commanded") return undefined;
  const { restartDueAt, restarts } = after.desired;
  const inMs = restarts > before.desired.restarts ? 0 : Math.max(0, (restartDueAt ?? 0) - event.at);
  return info("restart command received", { inMs });
};
/** How long nobody could reach the agent, told when it answers again. */
function gap({ agent: { gapSince } }: State, healthySince: Instant | undefined): LogLine["fields"] {
  if (gapSince === undefined || healthySince === undefined) return {};
  return { gapMs: healthySince - gapSince };
}

const killed: LineOf = (before, after) => {
  const agent = after.agent.process;
  if (agent.at !== "stopping" || !agent.killed) return undefined;
  if (before.agent.process.at === "stopping" && before.agent.process.killed) return undefined;
  return {
    level: "warn",
    message: "agent did not drain in time and is killed",
    fields: { pid: agent.pid, forcedKills: after.agent.crashes.forcedKills },
  };
};

const started: LineOf = (_before, after, event) => {
  if (event.on !== "agent-started" || event.found !== undefined) return undefined;
  if (after.agent.process.at === "down" || after.agent.process.at === "awaited") return undefined;
  const { run, generation } = after.agent.process;
  const probe = generation.config.probe?.url;
  return info("agent process started", {
    pid: event.pid,
    run,
    generation: generation.number,
    probe,
    ...(event.notNoted === undefined ? {} : { notNoted: event.notNoted }),
  });
};

const adoption: LineOf = (_before, after, event) => {
  if (event.on !== "agent-adopted" || after.agent.process.at === "down") return undefined;
  const { run, pid } = event;
  const generation = after.config.target?.number;
  return info("agent of an earlier supervisor goes on", { pid, run, generation });
};

const exited: LineOf = (before, after, event) => {
  if (event.on !== "agent-exited" || before.agent.process === after.agent.process) return undefined;
  if (before.agent.process.at === "stopping")
    return info("agent process stopped", { run: event.run });
  const waitMs: Instant = Math.max(0, after.agent.crashes.notBefore - event.at);
  return {
    level: "error",
    message: "agent process ended unexpectedly",
    fields: { run: event.run, reason: exitText(event.exit), restartInMs: waitMs },
  };
};

const health: LineOf = (before, after) => {
  if (before.agent.process.at === "reloading") return undefined;
  const was = before.agent.process.at === "up" ? before.agent.process.healthySince : undefined;
  const agent = after.agent.process;
  if (agent.at === "up" && agent.healthySince !== undefined && was === undefined) {
    const { number, config } = agent.generation;
    return info("agent is healthy", {
      generation: number,
      probe: config.probe?.url,
      afterMs: agent.healthySince - agent.startedAt,
      ...gap(before, agent.healthySince),
    });
  }
  const complaint =
    agent.at === "up" || agent.at === "starting" ? agent.probe.complaint : undefined;
  const old =
    before.agent.process.at === "up" || before.agent.process.at === "starting"
      ? before.agent.process.probe.complaint
      : undefined;
  if (complaint === undefined || complaint === old) return undefined;
  if (agent.at === "starting") return info("agent is not healthy yet", { reason: complaint });
  return { level: "warn", message: "agent is unhealthy", fields: { reason: complaint } };
};

const dataFlow: LineOf = (before, after) => {
  const [was, now] = [before.dataFlow?.degraded?.why, after.dataFlow?.degraded?.why];
  if (was === now) return undefined;
  if (now === undefined) return info("data flows as before the change again, or is not known");
  return { level: "warn", message: "less data flows than before the change", fields: { why: now } };
};

const unwatched = (why: string): LogLine => info("the data flow is not watched", { why });

const metrics: LineOf = (before, after, event) => {
  const { dataFlow: watch } = after;
  const { target } = after.config;
  if (watch === undefined) return undefined;
  const news = before.config.target !== target || event.on === "supervisor-started";
  if (news && target?.config.runs === true && target.config.metrics === undefined) {
    return unwatched("the configuration has no Prometheus reader for the collector's own metrics");
  }
  const { problem } = watch;
  return problem === undefined || before.dataFlow?.problem !== undefined
    ? undefined
    : unwatched(problem);
};

const verdict: LineOf = (before, after) => {
  const now = after.config.verdict;
  if (now === before.config.verdict) return undefined;
  switch (now.is) {
    case "unset":
    case "applying":
      return undefined;
    case "applied":
      return info("remote config applied", { hash: now.hash });
    case "failed":
      return {
        level: "error",
        message: "remote config failed",
        fields: { hash: now.hash, reason: now.why },
      };
  }
};

const layers: LineOf = (before, after) => {
  const problem = after.config.problem;
  if (problem === undefined || problem === before.config.problem) return undefined;
  return { level: "error", message: "local configuration failed", fields: { reason: problem } };
};

const rollback: LineOf = (before, after) => {
  if (before.config.target === undefined || after.config.target === undefined) return undefined;
  if (after.config.target.number >= before.config.target.number) return undefined;
  return {
    level: "warn",
    message: "rolled back to the last good configuration",
    fields: { generation: after.config.target.number, from: before.config.target.number },
  };
};

const agentLog: LineOf = (before, after, event) => {
  const reason = after.log?.problem;
  if (reason !== undefined && before.log?.problem === undefined) {
    const message = "the agent's log is too large and could not be set aside";
    return { level: "warn", message, fields: { reason } };
  }
  if (event.on !== "log-looked-at" || event.look.is === "small") return undefined;
  const { keptBytes, skippedBytes, lostBytes } = event.look;
  if (skippedBytes + lostBytes === 0) return info("the agent's log was set aside", { keptBytes });
  const message = "the agent's log was set aside, a part of it is gone";
  return { level: "warn", message, fields: { keptBytes, skippedBytes, lostBytes } };
};

const toldElsewhere: readonly string[] = ["identify-agent", "look-at-log"];

const trouble: LineOf = (_before, _after, event) => {
  if (event.on !== "step-failed" || toldElsewhere.includes(event.step.do)) return undefined;
  return {
    level: "error",
    message: "step failed",
    fields: { step: event.step.do, reason: event.why },
  };
};

const stop: LineOf = (before, after) => {
  return before.desired.run === after.desired.run ? undefined : info("stopping");
};

const lineMakers: readonly LineOf[] = [
  stop,
  offer,
  retry,
  identity,
  config,
  ownMetrics,
  verdict,
  layers,
  rollback,
  restartCommand,
  restart,
  reload,
  killed,
  started,
  adoption,
  exited,
  health,
  dataFlow,
  metrics,
  agentLog,
  trouble,
];
