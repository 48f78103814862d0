import { X509Certificate } from "node:crypto";
import type {
  OpampConnectionSettings,
  TelemetryConnectionSettings,
  TlsCertificate,
} from "../../opamp-client/wire/messages.ts";
import { type StatusWord, type KnownAgent, statusWord } from "./known-agent.ts";
import type { ConnectionSettings } from "../connections/connection-settings.ts";
import type { PeerCertificate } from "../connections/peer-certificate.ts";
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

/** One connection of an offer, and what is said of it in words. */
interface OfferedConnectionView {
  readonly name: string;
  /** The agent has declared that it takes this kind. */
  readonly taken: boolean;
  readonly facts: readonly string[];
}

const ownKinds = [
  ["own metrics", "ownMetrics"],
  ["own logs", "ownLogs"],
  ["own traces", "ownTraces"],
] as const;

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
    connections: viewSettings(settingsOffer.settings, offered?.settings ?? {}),
  };
}

function viewSettings(
  wanted: ConnectionSettings,
  offered: ConnectionSettings,
): readonly OfferedConnectionView[] {
  const { opamp, otherConnections } = wanted;
  const taken = offered.opamp !== undefined;
  const first = opamp === undefined ? [] : [{ name: "server", taken, facts: serverFacts(opamp) }];
  const own = ownKinds.flatMap(([name, kind]) => {
    const each = wanted[kind];
    if (each === undefined) return [];
    return [{ name, taken: offered[kind] !== undefined, facts: factsOf(each, "none") }];
  });
  const others = [...(otherConnections ?? [])].map(([name, each]) => {
    return { name, taken: offered.otherConnections !== undefined, facts: factsOf(each, "none") };
  });
  return [...first, ...own, ...others];
}

function serverFacts(settings: OpampConnectionSettings): readonly string[] {
  const seconds = settings.heartbeatIntervalSeconds;
  const heartbeat = seconds === undefined ? [] : [`heartbeat every ${seconds.toString()} s`];
  return [...factsOf(settings, "as it is"), ...heartbeat];
}

function factsOf(settings: TelemetryConnectionSettings, noEndpoint: string): readonly string[] {
  const { destinationEndpoint = "", headers, tls, proxy, certificate } = settings;
  const names = (headers?.headers ?? []).map(({ key = "" }) => key);
  const { minVersion = "", maxVersion = "" } = tls ?? {};
  const said: readonly (readonly [string, string])[] = [
    ["endpoint", destinationEndpoint === "" ? noEndpoint : withoutSecrets(destinationEndpoint)],
    ["headers", names.join(", ")],
    ["certificate", certificate === undefined ? "" : subjectOf(certificate)],
    ["authority", (tls?.caPemContents ?? "") === "" ? "" : "given"],
    ["TLS", minVersion === "" ? "" : `${minVersion} or newer`],
    ["TLS", maxVersion === "" ? "" : `${maxVersion} or older`],
    ["proxy", withoutSecrets(proxy?.url ?? "")],
  ];
  return said.filter(([, text]) => text !== "").map(([what, text]) => `${what} ${text}`);
}

/** User, password and query may be secret. */
function withoutSecrets(text: string): string {
  if (!URL.canParse(text)) return text === "" ? "" : "given";
  const { protocol, host, pathname } = new URL(text);
  return `${protocol}//${host}${pathname}`;
}

function subjectOf({ cert }: TlsCertificate): string {
  try {
    return new X509Certificate(cert ?? "").subject;
  } catch {
    // The server makes the certificates itself, while tests and other programs may offer anything.
    return "that cannot be read";
  }
}

function hexOf(bytes: Uint8Array | undefined): string {
  return Buffer.from(bytes ?? []).toString("hex");
}

export interface ConfigStatusView {
  readonly status: StatusWord;
  readonly hash: string;
  readonly errorMessage: string;
}
