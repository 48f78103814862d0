import type { AgentToServer, AvailableComponents } from "../../opamp-client/wire/messages.ts";
import { changes } from "./agent-history.ts";
import {
  blankRecord,
  type KnownAgent,
  type AgentLink,
  type HistoryEntry,
  remember,
} from "./known-agent.ts";
import { logStatus } from "./offer-log.ts";
import { layersIn } from "./reported-layers.ts";
import { sameHash } from "./remote-config.ts";

/** Of the messages of agents so much is shown. */
const shownBytes = 200;

/** The record after a message: what is absent stays, what is present replaces the whole (specification.md#agent-status-compression). */
export function absorb(
  known: KnownAgent | undefined,
  uid: string,
  message: AgentToServer,
  link: AgentLink,
  now: number,
): KnownAgent {
  // A piece of the message would keep all of it in memory.
  const before = known ?? blankRecord(uid, Uint8Array.from(message.instanceUid), link, now);
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
    customCapabilities: message.customCapabilities?.capabilities ?? before.customCapabilities,
    layers: layersIn(message.customMessage) ?? before.layers,
    certificate: link.at === "open" ? link.connection.certificate : before.certificate,
  };
  const told = [...changes(known, after, now), ...messageIn(message, now)];
  const judged = message.remoteConfigStatus === undefined ? after : logStatus(after, now);
  return remember(judged, told);
}

function messageIn({ customMessage }: AgentToServer, now: number): readonly HistoryEntry[] {
  // Answers that the page asks for are no news to anybody.
  if (customMessage === undefined || layersIn(customMessage) !== undefined) return [];
  const { capability = "", type = "", data = new Uint8Array() } = customMessage;
  const start = Buffer.from(data.subarray(0, shownBytes)).toString("utf8");
  const text = `Message ${type} of ${capability} came, ${data.length} bytes: ${start}`;
  return [{ at: now, kind: "message", text }];
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
