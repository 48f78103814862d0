import {
  AgentCapability,
  type AgentConfigMap,
  type AgentRemoteConfig,
  CommandType,
  type ComponentHealth,
  ConfigStatus,
  type RemoteConfigStatus,
  type ServerToAgent,
} from "../opamp-client/wire/messages.ts";
import type { Report } from "../opamp-client/report.ts";
import { castComponents, type Role, shareOf } from "./cast.ts";

/** A simulated agent at one moment. */
export interface SimulatedAgent extends Role {
  /** In ms since the epoch. */
  readonly startedAt: number;
  readonly restarting: boolean;
  readonly runs: AgentConfigMap;
  readonly offer: HeardOffer | undefined;
}

/** The configuration that was offered last, and what became of it. */
interface HeardOffer {
  readonly hash: Uint8Array;
  readonly config: AgentConfigMap;
  readonly state: "applying" | "applied" | "failed";
}

/** What a message means: the agent after it, and what it will do after a while. */
interface Heard {
  readonly agent: SimulatedAgent;
  readonly next: "verdict" | "restarted" | undefined;
}

const capabilities =
  AgentCapability.ReportsStatus |
  AgentCapability.AcceptsRemoteConfig |
  AgentCapability.ReportsEffectiveConfig |
  AgentCapability.AcceptsRestartCommand |
  AgentCapability.ReportsHealth |
  AgentCapability.ReportsRemoteConfig |
  AgentCapability.ReportsHeartbeat |
  AgentCapability.ReportsAvailableComponents;

const firstConfig: AgentConfigMap = {
  configMap: new Map([
    [
      "",
      {
        body: Buffer.from(
          "receivers: {nop: }\nexporters: {nop: }\nservice:\n  pipelines:\n    metrics: {receivers: [nop], exporters: [nop]}\n",
        ),
        contentType: "text/yaml",
      },
    ],
  ]),
};

const why = "a simulated failure: this agent is one of the share that was asked for with --fail";

/** An agent that has just started and was offered nothing. */
export function newAgent(role: Role, now: number): SimulatedAgent {
  return { ...role, startedAt: now, restarting: false, runs: firstConfig, offer: undefined };
}

/** Takes in what the server says. */
export function hear(agent: SimulatedAgent, message: ServerToAgent): Heard {
  const uid = message.agentIdentification?.newInstanceUid;
  const named = uid?.length === 16 ? { ...agent, instanceUid: uid } : agent;
  const offer = offerIn(named, message.remoteConfig);
  if (offer !== undefined) return { agent: { ...named, offer }, next: "verdict" };
  if (message.command !== undefined && (message.command.type ?? 0) === CommandType.Restart) {
    return { agent: { ...named, restarting: true }, next: "restarted" };
  }
  return { agent: named, next: undefined };
}

/** Decides about the offer with this hash, unless a newer one has come since; `failing` is a share from 0 to 1. */
export function decide(agent: SimulatedAgent, hash: Uint8Array, failing: number): SimulatedAgent {
  const { offer } = agent;
  if (offer === undefined || !same(offer.hash, hash) || offer.state !== "applying") return agent;
  const drawn = shareOf(`${hex(agent.instanceUid)} ${hex(hash)}`);
  if (drawn < failing) return { ...agent, offer: { ...offer, state: "failed" } };
  return { ...agent, runs: offer.config, offer: { ...offer, state: "applied" } };
}

/** Is up again after a restart. */
export function restarted(agent: SimulatedAgent, now: number): SimulatedAgent {
  return { ...agent, restarting: false, startedAt: now };
}

/** Everything that the agent has to tell. */
export function reportOf(agent: SimulatedAgent): Report {
  const remoteConfigStatus = agent.offer && statusOf(agent.offer);
  return {
    instanceUid: agent.instanceUid,
    capabilities,
    agentDescription: agent.description,
    health: healthOf(agent),
    effectiveConfig: { configMap: agent.runs },
    availableComponents: castComponents,
    ...(remoteConfigStatus && { remoteConfigStatus }),
  };
}

/** A server that sends again what it has sent is no news, but for what failed: that is tried again. */
function offerIn(
  { offer }: SimulatedAgent,
  offered: AgentRemoteConfig | undefined,
): HeardOffer | undefined {
  const hash = offered?.configHash ?? new Uint8Array();
  if (offered === undefined) return undefined;
  if (offer !== undefined && same(offer.hash, hash) && offer.state !== "failed") return undefined;
  return { hash, config: offered.config ?? {}, state: "applying" };
}

const statuses = {
  applying: ConfigStatus.Applying,
  applied: ConfigStatus.Applied,
  failed: ConfigStatus.Failed,
} as const;

function statusOf({ hash, state }: HeardOffer): RemoteConfigStatus {
  return {
    lastRemoteConfigHash: hash,
    status: statuses[state],
    ...(state === "failed" ? { errorMessage: why } : {}),
  };
}

function healthOf({ condition, restarting, startedAt }: SimulatedAgent): ComponentHealth {
  const startTimeUnixNano = BigInt(startedAt) * 1_000_000n;
  const at = { startTimeUnixNano, statusTimeUnixNano: startTimeUnixNano };
  if (restarting) return { healthy: false, status: "StatusStarting", ...at };
  const well: ComponentHealth = { healthy: true, status: "StatusOK", ...at };
  const lastError = "a simulated failure: this agent is one of --unhealthy";
  const ill: ComponentHealth = {
    healthy: false,
    status: "StatusRecoverableError",
    lastError,
    ...at,
  };
  const parts = new Map([
    ["extensions", well],
    ["pipeline:metrics", condition === "healthy" ? well : ill],
  ]);
  return { ...(condition === "failing" ? ill : well), componentHealthMap: parts };
}

function same(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0;
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}
