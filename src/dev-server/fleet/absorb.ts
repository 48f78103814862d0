import type { AgentToServer, AvailableComponents } from "../../opamp-client/wire/messages.ts";
import { changes } from "./agent-history.ts";
import { type KnownAgent, type AgentLink, remember } from "./known-agent.ts";
import { sameHash } from "./remote-config.ts";

/** The record after a message: what is absent stays, what is present replaces the whole (specification.md#agent-status-compression). */
export function absorb(
  known: KnownAgent | undefined,
  uid: string,
  message: AgentToServer,
  link: AgentLink,
  now: number,
): KnownAgent {
  const before = known ?? newRecord(uid, message, link, now);
  const after: KnownAgent = {
    ...before,
    link,
    lastSeenAt: now,
    sequenceNum: message.sequenceNum,
    // ReportsStatus is always set, so 0 can only mean that the field was left out.
    capabilities: message.capabilities === 0n ? before.capabilities : message.capabilities,
    description: message.agentDescription ?? before.description,
    health: message.health ?? before.health,
    effectiveConfig: message.effectiveConfig ?? before.effectiveConfig,
    remoteConfigStatus: message.remoteConfigStatus ?? before.remoteConfigStatus,
    components: joinComponents(before.components, message.availableComponents),
    settingsStatus: message.connectionSettingsStatus ?? before.settingsStatus,
    packageStatuses: message.packageStatuses ?? before.packageStatuses,
    certificate: link.at === "open" ? link.connection.certificate : before.certificate,
  };
  return remember(after, changes(known, after, now));
}

function newRecord(uid: string, message: AgentToServer, link: AgentLink, now: number): KnownAgent {
  return {
    uid,
    instanceUid: message.instanceUid,
    link,
    firstSeenAt: now,
    lastSeenAt: now,
    sequenceNum: message.sequenceNum,
    capabilities: message.capabilities,
    description: undefined,
    health: undefined,
    effectiveConfig: undefined,
    remoteConfigStatus: undefined,
    components: undefined,
    offer: undefined,
    sentHash: undefined,
    settingsOffer: undefined,
    settingsSentHash: undefined,
    settingsStatus: undefined,
    certificate: undefined,
    packagesOffer: undefined,
    packagesSent: undefined,
    packageStatuses: undefined,
    restartWaiting: false,
    history: [],
  };
}

/** A report with only the hash keeps the list that is known by that hash. */
function joinComponents(
  before: AvailableComponents | undefined,
  reported: AvailableComponents | undefined,
): AvailableComponents | undefined {
  if (reported === undefined) return before;
  const named = (reported.components?.size ?? 0) > 0;
  return !named && sameHash(before?.hash, reported.hash) ? before : reported;
}
