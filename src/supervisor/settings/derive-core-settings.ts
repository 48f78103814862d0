import { join, dirname } from "node:path";
import {
  type AgentKind,
  type CoreSettings,
  attachedAgent,
  childAgent,
  fleetAgent,
} from "../core/state/core-settings.ts";
import type { Settings } from "./settings.ts";

/** The times that decide: the operator's where there is a key, the program's own elsewhere. */
export function coreSettingsOf(
  { agent, packages, server, storage }: Settings,
  environment: ReadonlyMap<string, string>,
): CoreSettings {
  const shared = agent.attach?.configPath;
  const fleet = agent.attach?.kubernetes;
  return {
    settleMs: agent.applySettleMs,
    applyTimeoutMs: agent.configApplyTimeoutMs,
    // Of a rollout it is awaited that it gets on, however long the whole takes.
    startTimeoutMs: fleet === undefined ? agent.startTimeoutMs : Infinity,
    drainMs: agent.stopTimeoutMs,
    probeFirstMs: 40,
    probeFastMs: 10,
    probeSlowMs: 5_000,
    aliveMs: 1_000,
    firstBackoffMs: 200,
    maxBackoffMs: 60_000,
    restartGapMs: 10_000,
    // With the waits between them some 16 s, so that what passes by itself (a port that is given up late) costs no place.
    crashBudget: 8,
    stableMs: 60_000,
    retryMs: 5_000,
    metricsSlowMs: agent.dataFlowIntervalMs,
    metricsFastMs: agent.dataFlowIntervalMs / 2,
    logLookMs: 5_000,
    reload: agent.reload,
    executable: agent.executable,
    kind: kindOf(agent.attach),
    // What is told of its receivers comes within a second.
    partTimeoutMs: allowsPart(agent) ? 3_000 : undefined,
    reloadTimeoutMs: 15_000,
    // Kubernetes waits longer and longer before it starts what ends.
    probationMs: fleet === undefined ? 30_000 : 300_000,
    illMs: fleet === undefined ? 10_000 : 30_000,
    quarantineMs: 600_000,
    maxQuarantineMs: 3_600_000,
    quietStartMs: 2_000,
    probeOverride: agent.healthCheckEndpoint,
    onCollision: agent.onCollision,
    offerLimits: {
      ...server.offers,
      endpoint: server.endpoint,
      minVersion: server.tls.minVersion,
      skipVerify: server.tls.skipVerify,
    },
    offerTrialMs: 60_000,
    offerLostMs: 15_000,
    packages: {
      probationMs: packages?.probationMs ?? 0,
      crashBudget: 3,
      earlierMs: 7 * 86_400_000,
    },
    certificate: server.certificate,
    // Where the agent sees them too.
    filesDirectory: join(shared === undefined ? storage.directory : dirname(shared), "secrets"),
    identifying: agent.identifyingAttributes,
    environment,
  };
}

function kindOf(attach: Settings["agent"]["attach"]): AgentKind {
  if (attach === undefined) return childAgent;
  if (attach.kubernetes === undefined) return attachedAgent(attach.mayEnd);
  const { progressMs } = attach.kubernetes;
  return fleetAgent({ progressMs, strangeMs: 30_000, overwrittenMs: 30_000, refusedMs: 30_000 });
}

/** A gate that an operator has turned off stays off; the agent of somebody else has its own arguments. */
function allowsPart({ args, attach }: Settings["agent"]): boolean {
  return attach === undefined && !/(?:^|[\s,=])-service\.partialReload/.test(args.join(" "));
}
