import {
  ServerCapability,
  type ServerToAgent,
  AgentCapability,
  type ConnectionSettingsOffers,
  type AgentToServer,
  CommandType,
  ServerErrorType,
  ServerFlag,
} from "../../opamp-client/wire/messages.ts";
import { type KnownAgent, type Asked, has, heldBack } from "./known-agent.ts";
import type { OfferedSettings } from "../connections/connection-settings.ts";
import { isTriedAgain, logSent } from "./offer-log.ts";
import { sameHash } from "./remote-config.ts";
import { duePackages, forgetSent, noteSent } from "./packages-due.ts";
import { dueSettings } from "./settings-due.ts";

/** What this server does, and nothing that it does not. */
export const serverCapabilities: bigint =
  ServerCapability.AcceptsStatus |
  ServerCapability.OffersRemoteConfig |
  ServerCapability.AcceptsEffectiveConfig |
  ServerCapability.OffersPackages |
  ServerCapability.AcceptsPackagesStatus |
  ServerCapability.OffersConnectionSettings |
  ServerCapability.AcceptsConnectionSettingsRequest;

/** The answer to a message and the record once it is sent. */
export function composeReply(
  known: KnownAgent,
  asked: Asked,
): { readonly record: KnownAgent; readonly reply: ServerToAgent } {
  const record = asked.first ? { ...forgetSent(known), customDeclared: [] } : known;
  const flags = flagsFor(record, asked);
  const base = { instanceUid: record.instanceUid, ...capabilitiesIf(asked.first) };
  if (heldBack(record) !== undefined) {
    return { record: { ...record, fullStateWaiting: false }, reply: { ...base, ...flags } };
  }
  const config = dueOffer(record, asked);
  const settings = dueSettings(record, asked);
  const packages = duePackages(record, asked);
  const said = withMessages({ ...record, fullStateWaiting: false });
  if (config !== undefined || settings !== undefined || packages !== undefined) {
    const reply = {
      ...base,
      ...flags,
      ...said.parts,
      ...(config === undefined ? {} : { remoteConfig: config.remoteConfig }),
      ...(settings === undefined ? {} : { connectionSettings: onTheWire(settings) }),
      ...(packages === undefined ? {} : { packagesAvailable: packages.available }),
    };
    const sentHash = config?.hash ?? record.sentHash;
    const settingsSentHash = settings?.hash ?? record.settingsSentHash;
    const noted = packages === undefined ? said.record : noteSent(said.record);
    const logged = config === undefined ? noted : logSent(noted, asked.now);
    return { record: { ...logged, sentHash, settingsSentHash }, reply };
  }
  // A command excludes everything else, so it waits for an answer that has nothing else to say.
  const quiet = flags.flags === undefined && record.messagesWaiting.length === 0;
  const free = quiet && has(record, AgentCapability.AcceptsRestartCommand);
  if (record.restartWaiting && free) {
    return { record: { ...record, restartWaiting: false }, reply: restartCommand(record) };
  }
  return { record: said.record, reply: { ...base, ...flags, ...said.parts } };
}

/** The messages that wait for an agent: the first of them as part of what is sent, and the record without it. */
export function withMessages(record: KnownAgent): {
  readonly record: KnownAgent;
  readonly parts: Pick<ServerToAgent, "customMessage" | "customCapabilities">;
} {
  const [customMessage, ...messagesWaiting] = record.messagesWaiting;
  if (customMessage === undefined) return { record, parts: {} };
  const { capability = "" } = customMessage;
  const { customDeclared } = record;
  if (customDeclared.includes(capability)) {
    return { record: { ...record, messagesWaiting }, parts: { customMessage } };
  }
  // Said when it is new, and not in each message (specification.md#customcapabilities).
  const capabilities = [...customDeclared, capability];
  return {
    record: { ...record, messagesWaiting, customDeclared: capabilities },
    parts: { customMessage, customCapabilities: { capabilities } },
  };
}

/** Settings as a message holds them. */
export function onTheWire({ settings, hash }: OfferedSettings): ConnectionSettingsOffers {
  return { ...settings, hash };
}

/** The answer to an agent that said goodbye: nothing is wanted of it any more. */
export function farewell({ instanceUid }: AgentToServer): ServerToAgent {
  return { instanceUid };
}

/** The restart command; only the uid and the capabilities may stand beside it. */
export function restartCommand(record: KnownAgent): ServerToAgent {
  return {
    instanceUid: record.instanceUid,
    capabilities: serverCapabilities,
    command: { type: CommandType.Restart },
  };
}

/** The answer to an agent that must go by another uid from now on. */
export function newIdentity(message: AgentToServer, newInstanceUid: Uint8Array): ServerToAgent {
  return {
    instanceUid: message.instanceUid,
    capabilities: serverCapabilities,
    agentIdentification: { newInstanceUid },
  };
}

/** The answer to something that is not a proper message; the uid is known only when it could be read. */
export function badRequest(errorMessage: string, instanceUid?: Uint8Array): ServerToAgent {
  const errorResponse = { type: ServerErrorType.BadRequest, errorMessage };
  return instanceUid === undefined ? { errorResponse } : { instanceUid, errorResponse };
}

/** The answer to somebody who cannot be served now; who is given no time chooses one. */
export function unavailable(
  errorMessage: string,
  instanceUid: Uint8Array,
  retryAfterSeconds?: number,
): ServerToAgent {
  const { Unavailable: type } = ServerErrorType;
  const retryAfterNanoseconds = BigInt(retryAfterSeconds ?? 0) * 1_000_000_000n;
  const when = retryAfterSeconds === undefined ? {} : { retryInfo: { retryAfterNanoseconds } };
  return { instanceUid, errorResponse: { type, errorMessage, ...when } };
}

function capabilitiesIf(first: boolean): { capabilities?: bigint } {
  return first ? { capabilities: serverCapabilities } : {};
}

function flagsFor(record: KnownAgent, asked: Asked): { flags?: bigint } {
  const lost = asked.gap || record.fullStateWaiting;
  const full = lost && !isFullState(record, asked.message) ? ServerFlag.ReportFullState : 0n;
  const components = asksForComponents(record, asked) ? ServerFlag.ReportAvailableComponents : 0n;
  return full === 0n && components === 0n ? {} : { flags: full | components };
}

function isFullState(record: KnownAgent, message: AgentToServer): boolean {
  const missing = (capability: bigint, part: unknown): boolean =>
    has(record, capability) && part === undefined;
  return (
    message.agentDescription !== undefined &&
    !missing(AgentCapability.ReportsHealth, message.health) &&
    !missing(AgentCapability.ReportsEffectiveConfig, message.effectiveConfig) &&
    !missing(AgentCapability.ReportsRemoteConfig, message.remoteConfigStatus) &&
    !missing(AgentCapability.ReportsAvailableComponents, message.availableComponents)
  );
}

/** Asked once for each report of an unknown hash, not in every answer. */
function asksForComponents(record: KnownAgent, { message }: Asked): boolean {
  const reported = message.availableComponents !== undefined;
  const named = (record.components?.components?.size ?? 0) > 0;
  return reported && !named && has(record, AgentCapability.ReportsAvailableComponents);
}

function dueOffer(record: KnownAgent, asked: Asked): KnownAgent["offer"] {
  const { offer, remoteConfigStatus } = record;
  if (offer === undefined || !has(record, AgentCapability.AcceptsRemoteConfig)) return undefined;
  const known = sameHash(remoteConfigStatus?.lastRemoteConfigHash, offer.hash);
  if (known) return isTriedAgain(record) ? offer : undefined;
  // A status with another hash says that the offer did not arrive; silence says nothing.
  const onItsWay = !asked.first && !asked.gap && asked.message.remoteConfigStatus === undefined;
  return onItsWay && sameHash(record.sentHash, offer.hash) ? undefined : offer;
}
