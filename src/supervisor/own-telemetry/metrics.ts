import type { Totals } from "./totals.ts";
import { answers } from "../core/state/agent.ts";
import type { State } from "../core/state/state.ts";
import type { MetricDescription, Metric } from "../../telemetry/metric.ts";

/** What is known beside the state. */
interface Surroundings {
  readonly connected: boolean;
  /** Undefined where there is no certificate. */
  readonly certificateDaysLeft: number | undefined;
  /** CPU time of this process. */
  readonly cpuUserSeconds: number;
  readonly cpuSystemSeconds: number;
  readonly residentBytes: number | undefined;
}

type MetricKey =
  | "health"
  | "fallback"
  | "restarts"
  | "gap"
  | "applies"
  | "rollbacks"
  | "remoteConfigs"
  | "connected"
  | "certificate"
  | "cpu"
  | "memory";

/** Every metric of the supervisor, in the order in which they are told; the first two are the reference's. */
export const ownMetrics: Readonly<Record<MetricKey, MetricDescription>> = {
  health: {
    name: "supervisor.agent.health_status",
    description: "1 while the agent is healthy, else 0",
    unit: "1",
    kind: "level",
  },
  fallback: {
    name: "supervisor.agent.fallback_status",
    description: "1 while the startup fallback configuration is in force, else 0",
    unit: "1",
    kind: "level",
  },
  restarts: {
    name: "supervisor.agent.restarts",
    description: "Starts of the agent after its end, by reason: planned or crash",
    unit: "{restart}",
    kind: "counter",
  },
  gap: {
    name: "supervisor.agent.gap",
    description: "Time in which the agent did not answer, between two healthy answers",
    unit: "s",
    kind: "counter",
  },
  applies: {
    name: "supervisor.config.applies",
    description: "Verdicts on remote configurations, by result: applied or failed",
    unit: "{config}",
    kind: "counter",
  },
  rollbacks: {
    name: "supervisor.config.rollbacks",
    description: "Times that an earlier configuration was put into force again",
    unit: "{rollback}",
    kind: "counter",
  },
  remoteConfigs: {
    name: "supervisor.server.remote_configs",
    description: "Remote configurations that were offered and new",
    unit: "{config}",
    kind: "counter",
  },
  connected: {
    name: "supervisor.server.connection_status",
    description: "1 while the server is connected and has answered, else 0",
    unit: "1",
    kind: "level",
  },
  certificate: {
    name: "supervisor.certificate.remaining",
    description: "Days until the client certificate of the server's connection expires",
    unit: "d",
    kind: "gauge",
  },
  cpu: {
    name: "process.cpu.time",
    description: "CPU time of the supervisor's own process, by cpu.mode: user or system",
    unit: "s",
    kind: "counter",
  },
  memory: {
    name: "process.memory.usage",
    description: "Resident memory of the supervisor's own process",
    unit: "By",
    kind: "level",
  },
};

/** The metrics as they are now; one without a value is left out. */
export function metricsOf(
  totals: Totals,
  state: State,
  surroundings: Surroundings,
): readonly Metric[] {
  const agent = state.agent.process;
  // A reload is a planned change of an agent that works.
  const healthy = answers(agent) || agent.at === "reloading";
  const { certificateDaysLeft: days, residentBytes } = surroundings;
  const m = ownMetrics;
  return [
    one(m.health, Number(healthy)),
    one(m.fallback, Number(state.config.fallback)),
    by(m.restarts, "reason", { planned: totals.plannedRestarts, crash: totals.crashRestarts }),
    one(m.gap, totals.gapSeconds),
    by(m.applies, "result", { applied: totals.applied, failed: totals.failed }),
    one(m.rollbacks, totals.rollbacks),
    one(m.remoteConfigs, totals.remoteConfigs),
    one(m.connected, Number(surroundings.connected)),
    ...(days === undefined ? [] : [one(m.certificate, days)]),
    by(m.cpu, "cpu.mode", {
      user: surroundings.cpuUserSeconds,
      system: surroundings.cpuSystemSeconds,
    }),
    ...(residentBytes === undefined ? [] : [one(m.memory, residentBytes)]),
  ];
}

function one(description: MetricDescription, value: number): Metric {
  return { ...description, points: [{ value, attributes: {} }] };
}

function by(
  description: MetricDescription,
  attribute: string,
  values: Readonly<Record<string, number>>,
): Metric {
  const points = Object.entries(values).map(([word, value]) => {
    return { value, attributes: { [attribute]: word } };
  });
  return { ...description, points };
}
