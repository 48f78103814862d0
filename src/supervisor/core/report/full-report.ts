import {
  type ComponentHealth,
  type RemoteConfigStatus,
  ConfigStatus,
  type ConnectionSettingsStatus,
} from "../../../opamp-client/wire/messages.ts";
import type { Report } from "../../../opamp-client/report.ts";
import { type DescriptionSources, descriptionOf } from "./description.ts";
import { availableComponentsOf } from "./available-components.ts";
import { customCapabilitiesOf } from "./custom-capabilities.ts";
import { generationInEffect } from "../config/in-effect.ts";
import { fleetHealth } from "../fleet/fleet-health.ts";
import { withComponents } from "./component-health.ts";
import { packageStatusesOf } from "./package-statuses.ts";
import { degradation } from "../data-flow/watch.ts";
import { exitText } from "../agent/exit-text.ts";
import type { AgentState, Probe } from "../state/agent.ts";
import type { OfferStatus } from "../state/offers.ts";
import type { Instant } from "../state/time.ts";
import { type WallClock, shownAt } from "../state/wall-clock.ts";
import type { State } from "../state/state.ts";
import type { Verdict } from "../state/trials.ts";

/** What is true of this supervisor as long as it lives: what it offers, and who it says the agent is. */
export interface Profile extends DescriptionSources {
  readonly capabilities: bigint;
  /** False where somebody else starts it. */
  readonly startsAgent: boolean;
}

/** The full picture for the server, a projection of the state; the client sends only what is new in it. */
export function report(state: State, profile: Profile): Report {
  const health = withForcedKills(healthOf(state, profile), state);
  const effectiveConfig = generationInEffect(state)?.config.effective;
  const availableComponents = availableComponentsOf(state);
  const packageStatuses = packageStatusesOf(state);
  const customCapabilities = customCapabilitiesOf(state, profile);
  return {
    instanceUid: bytesOf(state.identity.uid.replaceAll("-", "")),
    capabilities: profile.capabilities,
    agentDescription: descriptionOf(state, profile),
    remoteConfigStatus: statusOf(state.config.verdict),
    connectionSettingsStatus: offerStatusOf(state.connections.status),
    ...(health === undefined ? {} : { health }),
    ...(effectiveConfig === undefined ? {} : { effectiveConfig }),
    ...(availableComponents === undefined ? {} : { availableComponents }),
    ...(packageStatuses === undefined ? {} : { packageStatuses }),
    ...(customCapabilities === undefined ? {} : { customCapabilities }),
  };
}

/** Adds how often the agent was killed because it did not end in time: data may have been lost each time. */
function withForcedKills(
  health: ComponentHealth | undefined,
  {
    agent: {
      crashes: { forcedKills },
    },
  }: State,
): ComponentHealth | undefined {
  if (health === undefined || forcedKills === 0) return health;
  const attributes = [{ key: "agent.forced_kills", value: { intValue: BigInt(forcedKills) } }];
  return { ...health, attributes };
}

/**
 * The health that is reported; undefined while there is nothing new to say: a change that goes well is never reported
 * as ill on the way.
 */
export function healthOf(
  state: State,
  { startsAgent }: Pick<Profile, "startsAgent">,
): ComponentHealth | undefined {
  const agent = state.agent.process;
  const fleet = fleetHealth(state);
  if (fleet !== undefined) return fleet;
  switch (agent.at) {
    case "down":
      return (
        downHealth(state, agent.since) ??
        (startsAgent && state.agent.nextRun === 1 ? firstStart : undefined)
      );
    case "awaited":
      return awaitedHealth(state, agent);
    case "starting":
      return (
        startingHealth(state, agent) ?? (startsAgent && agent.run === 1 ? firstStart : undefined)
      );
    case "up":
      if (agent.doubt !== undefined) return doubtfulHealth(state, agent);
      if (agent.healthySince === undefined)
        return withComponents(
          ill(state, "unhealthy", agent, agent.startedAt, agent.probe),
          state,
          agent,
        );
      return withComponents(upHealth(state, agent, agent.healthySince), state, agent);
    case "reloading":
      return undefined;
    case "stopping":
      // A planned change is over in a moment and is not reported; the end of the supervisor is.
      return state.desired.run === "down" ? ended(state, "stopping", agent.since) : undefined;
  }
}

/** The health until the first start is over. It has no times, so that it is the same all the while and said once. */
const firstStart: ComponentHealth = {
  healthy: false,
  status: "starting",
  startTimeUnixNano: 0n,
  statusTimeUnixNano: 0n,
};

/**
 * The health of an agent that answers. If it moves less data than before its last change it is not called healthy,
 * though its process is.
 */
function upHealth(
  state: State,
  agent: Extract<AgentState, { at: "up" }>,
  healthySince: Instant,
): ComponentHealth {
  const degraded = forgetful(state, agent) ?? degradation(state, agent);
  const startTimeUnixNano = nanoseconds(state.clock, agent.startedAt);
  if (degraded === undefined) {
    const status = agent.generation.config.parked ? "parked" : "running";
    const statusTimeUnixNano = nanoseconds(state.clock, healthySince);
    return { healthy: true, status, startTimeUnixNano, statusTimeUnixNano, ...logless(state) };
  }
  const statusTimeUnixNano = nanoseconds(state.clock, degraded.since);
  const lastError = degraded.why;
  return { healthy: false, status: "degraded", startTimeUnixNano, statusTimeUnixNano, lastError };
}

/** What the agent runs would be forgotten by the next start of the supervisor. */
function forgetful(
  { storage: { problem } }: State,
  { startedAt, generation }: Extract<AgentState, { at: "up" }>,
): { readonly since: Instant; readonly why: string } | undefined {
  if (problem === undefined) return undefined;
  const runs = `the agent goes on with generation ${generation.number}`;
  return { since: startedAt, why: `${problem}; ${runs}, and nothing new is taken` };
}

/** An agent without a log is well, and somebody should know. */
function logless({ log }: State): Pick<ComponentHealth, "lastError"> {
  return log?.missing === undefined
    ? {}
    : { lastError: `the agent runs without a log: ${log.missing}` };
}

/** The health of an agent that nobody has started yet. When one has ended before, the server is told at once. */
function awaitedHealth(
  state: State,
  { since, slow, why }: Extract<AgentState, { at: "awaited" }>,
): ComponentHealth | undefined {
  const { crashes } = state.agent;
  const waiting = `waiting for the agent: ${why ?? "its process is looked for"}`;
  if (crashes.last !== undefined && crashes.count > 0) {
    return {
      ...ended(state, "waiting", since),
      lastError: `${exitText(crashes.last)}; ${waiting}`,
    };
  }
  return slow ? { ...ended(state, "waiting", since), lastError: waiting } : undefined;
}

/**
 * The health while it is not known what the agent runs. Nothing is said until a reload has shown it; if the reload
 * could not show it, the agent is not called healthy.
 */
function doubtfulHealth(
  state: State,
  agent: Extract<AgentState, { at: "up" }>,
): ComponentHealth | undefined {
  const why = agent.doubt?.why;
  return why === undefined
    ? undefined
    : { ...ill(state, "unhealthy", agent, agent.startedAt, agent.probe), lastError: why };
}

/** The health during a start. After a crash the server is told of it even when the next start follows at once. */
function startingHealth(
  state: State,
  agent: Extract<AgentState, { at: "starting" }>,
): ComponentHealth | undefined {
  const { crashes } = state.agent;
  if (crashes.last !== undefined && crashes.count > 0) {
    return { ...ended(state, "restarting", agent.startedAt), lastError: exitText(crashes.last) };
  }
  return agent.slow ? ill(state, "starting", agent, agent.startedAt, agent.probe) : undefined;
}

function downHealth(state: State, since: Instant): ComponentHealth | undefined {
  const { desired, identity } = state;
  const { target, problem: layersProblem } = state.config;
  const { crashes } = state.agent;
  if (desired.run === "down") return ended(state, "stopped", since);
  if (target?.config.runs === false) {
    return {
      healthy: true,
      status: target.config.parked ? "parked" : "stopped",
      startTimeUnixNano: 0n,
      statusTimeUnixNano: nanoseconds(state.clock, since),
    };
  }
  if (crashes.last !== undefined && crashes.count > 0) {
    return { ...ended(state, "failing", since), lastError: exitText(crashes.last) };
  }
  const problem = target === undefined ? (identity.problem ?? layersProblem) : undefined;
  return problem === undefined
    ? undefined
    : { ...ended(state, "failing", since), lastError: problem };
}

function ended(state: State, status: string, since: Instant): ComponentHealth {
  return {
    healthy: false,
    status,
    startTimeUnixNano: 0n,
    statusTimeUnixNano: nanoseconds(state.clock, since),
    lastError: `the agent is ${status}`,
  };
}

function ill(
  state: State,
  status: string,
  agent: Extract<AgentState, { startedAt: Instant }>,
  since: Instant,
  probe: Probe,
): ComponentHealth {
  return {
    healthy: false,
    status,
    startTimeUnixNano: nanoseconds(state.clock, agent.startedAt),
    statusTimeUnixNano: nanoseconds(state.clock, since),
    lastError: probe.complaint ?? "the health check has not answered yet",
  };
}

/** What the clock showed at that moment; 0 means that there is no such time, so it is never that. */
function nanoseconds(clock: WallClock, instant: Instant): bigint {
  const { unixMs } = shownAt(clock, instant);
  return BigInt(Math.max(1, Math.round(unixMs))) * 1_000_000n;
}

function statusOf(verdict: Verdict): RemoteConfigStatus {
  switch (verdict.is) {
    case "unset":
      return { status: ConfigStatus.Unset };
    case "applying":
      return { ...hashOf(verdict), status: ConfigStatus.Applying, ...messageOf(verdict.note) };
    case "applied":
      return { ...hashOf(verdict), status: ConfigStatus.Applied };
    case "failed":
      return { ...hashOf(verdict), status: ConfigStatus.Failed, ...messageOf(verdict.why) };
  }
}

function offerStatusOf(status: OfferStatus): ConnectionSettingsStatus {
  if (status.is === "unset") return { status: ConfigStatus.Unset };
  const hash = { lastConnectionSettingsHash: bytesOf(status.hash) };
  switch (status.is) {
    case "applying":
      return { ...hash, status: ConfigStatus.Applying };
    case "applied":
      return { ...hash, status: ConfigStatus.Applied };
    case "failed":
      return { ...hash, status: ConfigStatus.Failed, errorMessage: status.why };
  }
}

function hashOf({ hash }: { readonly hash: string }): RemoteConfigStatus {
  return { lastRemoteConfigHash: bytesOf(hash) };
}

function messageOf(text: string): RemoteConfigStatus {
  return text === "" ? {} : { errorMessage: text };
}

/** Plain bytes: a Buffer is another type to whoever compares deeply. */
function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex, "hex"));
}
