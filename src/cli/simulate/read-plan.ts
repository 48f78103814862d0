import type { Plan } from "../../simulate/run-agents.ts";
import { durationMs } from "../../supervisor/settings/file/duration.ts";

/** What the command line asks, as it was typed. */
export interface SimulateOptions {
  readonly agents: string;
  readonly server?: string;
  readonly over: string;
  readonly heartbeat: string;
  readonly applyAfter: string;
  readonly fail: string;
  readonly unhealthy: string;
  readonly name: string;
  readonly headers?: string;
  readonly ca?: string;
  readonly insecure: boolean;
  readonly for?: string;
  readonly until?: string;
  readonly json: boolean;
}

/** A plan, and when it ends. */
export interface ReadPlan {
  readonly plan: Plan;
  readonly heartbeatMs: number;
  readonly forMs: number | undefined;
  readonly until: "connected" | "applied" | undefined;
}

const mostAgents = 100_000;
const mostMs = 24 * 3_600_000;

/** The plan, or what is wrong with it. */
export function readPlan(options: SimulateOptions): ReadPlan | string {
  const agents = Number(options.agents);
  if (!/^\d+$/.test(options.agents) || agents < 1 || agents > mostAgents) {
    return `expected --agents from 1 to ${mostAgents}, found ${options.agents}`;
  }
  if (!/^[a-zA-Z0-9.-]{1,100}$/.test(options.name)) {
    return `expected --name to be letters, digits, dots and dashes, found ${options.name}`;
  }
  const { until } = options;
  if (until !== undefined && until !== "connected" && until !== "applied") {
    return `expected --until connected or --until applied, found ${until}`;
  }
  const times = [
    timeOf("--over", options.over),
    timeOf("--heartbeat", options.heartbeat),
    timeOf("--apply-after", options.applyAfter),
    options.for === undefined ? mostMs : timeOf("--for", options.for),
  ] as const;
  const shares = [
    shareIn("--fail", options.fail),
    shareIn("--unhealthy", options.unhealthy),
  ] as const;
  const fault = [...times, ...shares].find((value) => typeof value === "string");
  if (fault !== undefined) return fault;
  const [overMs, heartbeatMs, applyMs, forMs] = times.map(Number) as [
    number,
    number,
    number,
    number,
  ];
  const [failing, unhealthy] = shares.map(Number) as [number, number];
  return {
    plan: { agents, prefix: options.name, overMs, applyMs, failing, unhealthy },
    heartbeatMs,
    forMs: options.for === undefined ? undefined : forMs,
    until,
  };
}

function timeOf(option: string, text: string): number | string {
  const found = durationMs(text);
  if (found !== undefined && found >= 0 && found <= mostMs) return found;
  return `expected ${option} to be a time with its unit such as 30s or 2m, up to 24h, found ${text}`;
}

function shareIn(option: string, text: string): number | string {
  const [, number] = /^(\d+(?:\.\d+)?)%$/.exec(text) ?? [];
  if (number !== undefined && Number(number) <= 100) return Number(number) / 100;
  return `expected ${option} to be a share such as 2%, found ${text}`;
}
