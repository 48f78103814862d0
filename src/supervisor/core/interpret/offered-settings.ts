import { createHash } from "node:crypto";
import {
  type ConnectionSettingsOffers,
  AgentCapability,
  type OpampConnectionSettings,
  type TelemetryConnectionSettings,
  type OtherConnectionSettings,
  type TlsCertificate,
  type TlsConnectionSettings,
  type ProxyConnectionSettings,
  type Headers,
} from "../../../opamp-client/wire/messages.ts";
import type {
  Signal,
  Connection,
  OtherConnection,
  OfferedTls,
  OfferedProxy,
} from "../../../agent-config/connections.ts";
import { hashProblem, settingsSizeProblem } from "./offer-size.ts";
import type { SettingsOffer, OpampOffer } from "../state/offers.ts";

/** What an offer holds of the kinds that we have declared; undefined when that is nothing. */
export function settingsOfferOf(
  offer: ConnectionSettingsOffers,
  capabilities: bigint,
): SettingsOffer | undefined {
  const may = (bit: bigint): boolean => (capabilities & bit) !== 0n;
  const opamp = may(AgentCapability.AcceptsOpampConnectionSettings) ? offer.opamp : undefined;
  const telemetry = signals.flatMap(([signal, key, bit]) => {
    const settings = may(bit) ? offer[key] : undefined;
    return settings === undefined ? [] : [[signal, connectionOf(settings)] as const];
  });
  const others = may(AgentCapability.AcceptsOtherConnectionSettings)
    ? [...(offer.otherConnections ?? [])]
    : [];
  if (opamp === undefined && telemetry.length === 0 && others.length === 0) return undefined;
  if (hashProblem(offer.hash) !== undefined) return undefined;
  const problem = settingsSizeProblem(offer);
  if (problem !== undefined) return { ...nothingOf(problem), hash: hexOf(offer.hash) };
  const parts = {
    opamp: opamp === undefined ? undefined : opampOf(opamp),
    telemetry: Object.fromEntries(telemetry),
    others: others.map(([name, settings]) => [name, otherOf(settings)] as const),
  };
  const digest = createHash("sha256").update(JSON.stringify(parts)).digest("hex");
  return { hash: hexOf(offer.hash), digest, ...parts };
}

/** Of an offer that is too large nothing is kept but why. */
function nothingOf(problem: string): Omit<SettingsOffer, "hash"> {
  const digest = createHash("sha256").update(problem).digest("hex");
  return { digest, opamp: undefined, telemetry: {}, others: [], problem };
}

const signals: readonly (readonly [Signal, "ownMetrics" | "ownLogs" | "ownTraces", bigint])[] = [
  ["metrics", "ownMetrics", AgentCapability.ReportsOwnMetrics],
  ["logs", "ownLogs", AgentCapability.ReportsOwnLogs],
  ["traces", "ownTraces", AgentCapability.ReportsOwnTraces],
];

function opampOf(settings: OpampConnectionSettings): OpampOffer {
  const { destinationEndpoint = "", headers, certificate, tls, proxy } = settings;
  const seconds = settings.heartbeatIntervalSeconds ?? 0n;
  return {
    endpoint: destinationEndpoint,
    headers: headers === undefined ? undefined : pairsOf(headers),
    certificate: certificate === undefined ? undefined : certificateOf(certificate),
    tls: tls === undefined ? undefined : tlsOf(tls),
    proxy: proxy === undefined ? undefined : proxyOf(proxy),
    // A year is for ever, and no number of seconds is too large for a timer then.
    heartbeatSeconds: Number(seconds > 31_536_000n ? 31_536_000n : seconds),
  };
}

function connectionOf(settings: TelemetryConnectionSettings): Connection {
  const { destinationEndpoint = "", headers, certificate, tls, proxy } = settings;
  const ours = certificate === undefined ? undefined : certificateOf(certificate);
  return {
    endpoint: destinationEndpoint,
    headers: headers === undefined ? [] : pairsOf(headers),
    certificate: ours === undefined ? undefined : { cert: ours.cert, key: ours.key ?? "" },
    tls: tls === undefined ? undefined : tlsOf(tls),
    proxy: proxy === undefined ? undefined : proxyOf(proxy),
  };
}

function otherOf(settings: OtherConnectionSettings): OtherConnection {
  return { ...connectionOf(settings), settings: [...(settings.otherSettings ?? [])] };
}

/**
 * A certificate of an offer. Its `caCert` is for intermediate certificates, and never an authority of ours
 * (specification.md#tlscertificateca_cert).
 */
function certificateOf({ cert, privateKey }: TlsCertificate): {
  readonly cert: string;
  readonly key: string | undefined;
} {
  const key = privateKey === undefined || privateKey.length === 0 ? undefined : textOf(privateKey);
  return { cert: textOf(cert), key };
}

function tlsOf(tls: TlsConnectionSettings): OfferedTls {
  return {
    ca: tls.caPemContents ?? "",
    includeSystemCa: tls.includeSystemCaCertsPool ?? false,
    skipVerify: tls.insecureSkipVerify ?? false,
    minVersion: tls.minVersion ?? "",
    maxVersion: tls.maxVersion ?? "",
    cipherSuites: tls.cipherSuites ?? [],
  };
}

function proxyOf({ url = "", connectHeaders }: ProxyConnectionSettings): OfferedProxy {
  return { url, headers: connectHeaders === undefined ? [] : pairsOf(connectHeaders) };
}

function pairsOf({ headers = [] }: Headers): Connection["headers"] {
  return headers.map(({ key = "", value = "" }) => [key, value] as const);
}

function textOf(bytes: Uint8Array = new Uint8Array()): string {
  return new TextDecoder().decode(bytes);
}

function hexOf(bytes: Uint8Array = new Uint8Array()): string {
  return Buffer.from(bytes).toString("hex");
}
