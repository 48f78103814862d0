import { basename } from "node:path";
import { agentEnvironment, overridingWarning } from "../settings/agent-environment.ts";
import { capabilityBits } from "../core/report/capability-bits.ts";
import type { Profile } from "../core/report/full-report.ts";
import type { CoreSettings } from "../core/state/core-settings.ts";
import type { LocalLayer } from "../../agent-config/config.ts";
import { hostFacts } from "./host-facts.ts";
import { coreSettingsOf } from "../settings/derive-core-settings.ts";
import type { Settings } from "../settings/settings.ts";

/** The settings that are in use, with what follows from them; replaced as a whole when they are read again. */
export interface InUse {
  readonly settings: Settings;
  readonly core: CoreSettings;
  readonly profile: Profile;
  /** The environment that the agent is run with. */
  readonly environment: ReadonlyMap<string, string>;
  /** The names of those of our variables that it is run without. */
  readonly withheld: readonly string[];
  /** What is wrong with our environment as the agent's. */
  readonly warning: string | undefined;
}

/** What follows from the settings and the local layers. */
export function inUse(
  settings: Settings,
  own: ReadonlyMap<string, string>,
  layers: readonly LocalLayer[],
): InUse {
  const { environment, withheld } = agentEnvironment(settings, own, layers);
  const core = coreSettingsOf(settings, environment);
  const warning = overridingWarning(settings, own);
  return { settings, core, profile: profileOf(settings), environment, withheld, warning };
}

function profileOf({ agent, capabilities, packages }: Settings): Profile {
  return {
    capabilities: capabilityBits({
      ...capabilities,
      acceptsRestartCommand: capabilities.acceptsRestartCommand && (agent.attach?.mayEnd ?? true),
      acceptsPackages: packages !== undefined,
    }),
    startsAgent: agent.attach === undefined,
    fallbackName: basename(agent.executable),
    host: hostFacts(),
    identifying: agent.identifyingAttributes,
    nonIdentifying: agent.nonIdentifyingAttributes,
  };
}

/**
 * The new settings, but for what only a start of the supervisor can change. A variable that held a credential of ours is
 * none of the agent's once the settings name it no more.
 */
export function withoutNextStart(before: Settings, after: Settings): Settings {
  const { instanceId, attach, passthroughLogs, logRotation, localPort, dataFlow } = before.agent;
  const { dataFlowIntervalMs, includeResourceAttributes } = before.agent;
  const kept = { instanceId, attach, passthroughLogs, logRotation, localPort, dataFlow };
  const variables = new Set([...before.credentialVariables, ...after.credentialVariables]);
  return {
    ...after,
    credentialVariables: [...variables].toSorted(),
    agent: { ...after.agent, ...kept, dataFlowIntervalMs, includeResourceAttributes },
    storage: before.storage,
    telemetry: before.telemetry,
    healthPage: before.healthPage,
    log: { ...before.log, level: after.log.level },
  };
}
