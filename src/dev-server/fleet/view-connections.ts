import { type StatusWord, type KnownAgent, statusWord } from "./known-agent.ts";
import type { PeerCertificate } from "../connections/peer-certificate.ts";
import { type OfferedConnectionView, settingsInWords } from "../connections/settings-facts.ts";
import { offeredSettings, reports } from "./settings-due.ts";

/** An agent's connections as plain values. Nothing secret is in here: no values of headers, no keys, no passwords. */
export interface ConnectionsView {
  readonly status: ConfigStatusView | undefined;
  /** The client certificate that was shown last. */
  readonly certificate: (PeerCertificate & { readonly revoked: boolean }) | undefined;
  readonly offer: SettingsOfferView | undefined;
}

/** `state` is what the agent said about this very offer; `waiting` until it says something. */
interface SettingsOfferView {
  /** The hash of what the agent accepts of it; empty when that is nothing. */
  readonly hash: string;
  readonly at: number;
  readonly state: "waiting" | Exclude<StatusWord, "unset">;
  readonly errorMessage: string;
  readonly connections: readonly OfferedConnectionView[];
}

/** All about an agent's connections. */
export function viewConnections(record: KnownAgent, revoked: ReadonlySet<string>): ConnectionsView {
  const { settingsStatus: status, certificate } = record;
  return {
    status:
      status === undefined
        ? undefined
        : {
            status: statusWord(status.status),
            hash: hexOf(status.lastConnectionSettingsHash),
            errorMessage: status.errorMessage ?? "",
          },
    certificate:
      certificate === undefined
        ? undefined
        : { ...certificate, revoked: revoked.has(certificate.fingerprint) },
    offer: viewOffer(record),
  };
}

function viewOffer(record: KnownAgent): SettingsOfferView | undefined {
  const { settingsOffer, settingsStatus } = record;
  if (settingsOffer === undefined) return undefined;
  const offered = offeredSettings(record);
  const about = offered !== undefined && reports(record, offered) ? settingsStatus : undefined;
  const word = statusWord(about?.status);
  return {
    hash: hexOf(offered?.hash),
    at: settingsOffer.at,
    state: word === "unset" ? "waiting" : word,
    errorMessage: about?.errorMessage ?? "",
    connections: settingsInWords(settingsOffer.settings, offered?.settings ?? {}),
  };
}

function hexOf(bytes: Uint8Array | undefined): string {
  return Buffer.from(bytes ?? []).toString("hex");
}

export interface ConfigStatusView {
  readonly status: StatusWord;
  readonly hash: string;
  readonly errorMessage: string;
}
