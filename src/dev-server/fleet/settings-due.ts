import { type AgentToServer, ConfigStatus } from "../../opamp-client/wire/messages.ts";
import type { KnownAgent, Asked } from "./known-agent.ts";
import {
  type OfferedSettings,
  offerable,
  withoutCertificate,
} from "../connections/connection-settings.ts";
import { sameHash } from "./remote-config.ts";

/** What the agent may be offered of all that is wanted of its connections. */
export function offeredSettings(record: KnownAgent): OfferedSettings | undefined {
  const { settingsOffer, capabilities } = record;
  return settingsOffer === undefined ? undefined : offerable(settingsOffer.settings, capabilities);
}

/** The settings that go with an answer: those whose hash the agent does not report (specification.md#connection-settings-status). */
export function dueSettings(record: KnownAgent, asked: Asked): OfferedSettings | undefined {
  const offered = offeredSettings(record);
  if (offered === undefined || reports(record, offered)) return undefined;
  // A status with another hash says that the offer did not arrive; silence says nothing.
  const silent = asked.message.connectionSettingsStatus === undefined;
  const onItsWay = !asked.first && !asked.gap && silent;
  return onItsWay && sameHash(record.settingsSentHash, offered.hash) ? undefined : offered;
}

/**
 * Takes in what the agent says of our offer. A certificate that it has asked for is of use to nobody who has lost the
 * key for it, so it goes when another hash is reported after the end of its offer.
 */
export function heedStatus(
  record: KnownAgent,
  { connectionSettingsStatus: said }: Pick<AgentToServer, "connectionSettingsStatus">,
): KnownAgent {
  const { settingsOffer } = record;
  const offered = offeredSettings(record);
  if (settingsOffer === undefined || offered === undefined) return record;
  if (reports(record, offered)) {
    // What it said before it was offered the same again is no answer to that.
    const { status } = said ?? {};
    const settled = status === ConfigStatus.Applied || status === ConfigStatus.Failed;
    return settled ? { ...record, settingsOffer: { ...settingsOffer, settled } } : record;
  }
  const certificate = settingsOffer.settings.opamp?.certificate;
  const lost = settingsOffer.settled && certificate !== undefined;
  return lost && certificate.privateKey === undefined ? dropCertificate(record) : record;
}

/** The record when a certificate is no longer to be offered. */
export function dropCertificate(record: KnownAgent): KnownAgent {
  const { settingsOffer } = record;
  if (settingsOffer?.settings.opamp?.certificate === undefined) return record;
  const settings = withoutCertificate(settingsOffer.settings);
  return {
    ...record,
    settingsOffer: settings === undefined ? undefined : { ...settingsOffer, settings },
  };
}

/** Whether the last status that the agent has sent is about these settings. */
export function reports({ settingsStatus }: KnownAgent, { hash }: OfferedSettings): boolean {
  return sameHash(settingsStatus?.lastConnectionSettingsHash, hash);
}
