import { X509Certificate, createPrivateKey } from "node:crypto";
import type { OfferedTls, ClientCertificate } from "../../../agent-config/connections.ts";
import { readEndpoint } from "../../../net/endpoint.ts";
import { isHeaderName, isReservedHeader } from "../../../net/header.ts";
import type { OfferLimits } from "../state/core-settings.ts";
import type { ServerSettingsInForce, OpampOffer, CertificateInForce } from "../state/offers.ts";
import type { WallTime } from "../state/time.ts";
import { wallTime } from "../state/wall-clock.ts";

/** Settings that may be proved, or why they may not. */
export type Merged =
  | { readonly is: "settings"; readonly settings: ServerSettingsInForce }
  | { readonly is: "refused"; readonly why: string };

const asWritten: ServerSettingsInForce = {
  endpoint: undefined,
  headers: undefined,
  certificate: undefined,
  tls: undefined,
  proxy: undefined,
  heartbeatSeconds: undefined,
};

/**
 * The settings in force once this offer is accepted. The specification reads as if what is missing were taken away,
 * while servers send only what they change, so: an empty endpoint, no headers, no certificate, no TLS and no proxy
 * leave what is in force; headers that are there replace all former ones. 0 as heartbeat interval, which on the wire
 * is the same as none, ends heartbeats only where the offer names an endpoint or holds nothing else.
 */
export function mergeOffer(
  before: ServerSettingsInForce | undefined,
  offer: OpampOffer,
  ownKey: string | undefined,
  limits: OfferLimits,
): Merged {
  const current = before ?? asWritten;
  const certificate = certificateIn(offer, ownKey);
  if (typeof certificate === "string") return refused(certificate);
  const endpoint = offer.endpoint === "" ? undefined : readEndpoint(offer.endpoint);
  if (endpoint?.is === "invalid") return refused(`the offered endpoint: ${endpoint.message}`);
  const settings: ServerSettingsInForce = {
    endpoint: endpoint?.url ?? current.endpoint,
    headers: offer.headers ?? current.headers,
    certificate: certificate ?? current.certificate,
    tls: offer.tls === undefined ? current.tls : mergeTls(current.tls, offer.tls),
    proxy: offer.proxy ?? current.proxy,
    heartbeatSeconds: heartbeatIn(offer) ?? current.heartbeatSeconds,
  };
  const why = beyond(current, settings, limits) ?? malformed(settings);
  return why === undefined ? { is: "settings", settings } : refused(why);
}

/** True when nothing but the heartbeat differs, which needs no new connection. */
export function sameConnection(
  a: ServerSettingsInForce | undefined,
  b: ServerSettingsInForce,
): boolean {
  const connection = (settings: ServerSettingsInForce): string =>
    JSON.stringify({ ...settings, heartbeatSeconds: undefined });
  return connection(a ?? asWritten) === connection(b);
}

/** True when the settings say nothing that supervisor.yaml does not. */
export function sameSettings(
  a: ServerSettingsInForce | undefined,
  b: ServerSettingsInForce,
): boolean {
  return sameConnection(a, b) && (a ?? asWritten).heartbeatSeconds === b.heartbeatSeconds;
}

function refused(why: string): Merged {
  return { is: "refused", why };
}

/** Two offers as what they are one after the other. */
export function joinOpamp(
  older: OpampOffer | undefined,
  newer: OpampOffer | undefined,
): OpampOffer | undefined {
  if (older === undefined || newer === undefined) return newer ?? older;
  const heartbeat = heartbeatIn(newer) ?? heartbeatIn(older);
  return {
    endpoint: newer.endpoint === "" ? older.endpoint : newer.endpoint,
    headers: newer.headers ?? older.headers,
    certificate: newer.certificate ?? older.certificate,
    tls: newer.tls === undefined ? older.tls : mergeTls(older.tls, newer.tls),
    proxy: newer.proxy ?? older.proxy,
    heartbeatSeconds: heartbeat ?? 0,
    ...(heartbeat === 0 ? { endsHeartbeats: true } : {}),
  };
}

/** An offered authority takes the place of the former; without one that stays. */
function mergeTls(current: OfferedTls | undefined, offered: OfferedTls): OfferedTls {
  return offered.ca === "" && current !== undefined ? { ...offered, ca: current.ca } : offered;
}

function heartbeatIn(offer: OpampOffer): number | undefined {
  if (offer.heartbeatSeconds > 0) return offer.heartbeatSeconds;
  if (offer.endsHeartbeats === true) return 0;
  const parts = [offer.headers, offer.certificate, offer.tls, offer.proxy];
  const nothingElse = parts.every((part) => part === undefined);
  return offer.endpoint !== "" || nothingElse ? 0 : undefined;
}

/** The certificate of an offer, undefined if there is none, or why it cannot be used. */
function certificateIn(
  { certificate }: OpampOffer,
  ownKey: string | undefined,
): CertificateInForce | undefined | string {
  if (certificate === undefined) return undefined;
  const key = certificate.key ?? ownKey;
  if (key === undefined) {
    return "the offered certificate comes without its private key, and we have not asked for one";
  }
  return withFacts({ cert: certificate.cert, key });
}

function withFacts({ cert, key }: ClientCertificate): CertificateInForce | string {
  const facts = readCertificate(cert, key);
  if (facts.is === "unreadable") return `the offered certificate: ${facts.why}`;
  const { validFrom, expiresAt } = facts;
  return { cert, key, validFrom, expiresAt, stale: false };
}

function malformed({ headers = [], tls, proxy }: ServerSettingsInForce): string | undefined {
  const bad = headers.find(
    ([name, value]) => !isHeaderName(name) || /[^\t\x20-\x7e\x80-\xff]/.test(value),
  );
  // The value may be secret, and so may a name that is none.
  if (bad !== undefined) return "an offered header has a name or a value that no request may have";
  const own = headers.find(([name]) => isReservedHeader(name))?.[0];
  if (own !== undefined) {
    return `the offered header ${own} is one that only the connection itself may set`;
  }
  if (proxy?.url === "") return "the offered proxy has no address";
  const versions = [tls?.minVersion ?? "", tls?.maxVersion ?? ""];
  const odd = versions.find((version) => version !== "" && tlsVersion(version) === undefined);
  return odd === undefined
    ? undefined
    : `the offered TLS version: expected 1.0 to 1.3, found ${JSON.stringify(odd.slice(0, 20))}`;
}

/** `1.2` and `TLSv1.2` as node:tls words it. */
export function tlsVersion(text: string): "TLSv1" | "TLSv1.1" | "TLSv1.2" | "TLSv1.3" | undefined {
  const [, minor] = /^(?:TLSv?)?1\.([0-3])$/i.exec(text.trim()) ?? [];
  if (minor === "0") return "TLSv1";
  return minor === "1" || minor === "2" || minor === "3" ? `TLSv1.${minor}` : undefined;
}

/** Why local limits forbid these settings: the server never widens them. */
function beyond(
  current: ServerSettingsInForce,
  settings: ServerSettingsInForce,
  limits: OfferLimits,
): string | undefined {
  const address = settings.endpoint ?? limits.endpoint;
  const host = new URL(address).hostname;
  const { allowedHosts } = limits;
  if (settings.endpoint !== undefined && allowedHosts?.every((each) => !fits(host, each)) === true)
    return `the host ${host} is not in server.offers.allowed_hosts`;
  if (limits.allowWeakerTls) return undefined;
  const unless = "(server.offers.allow_weaker_tls is false)";
  if (isSecure(current.endpoint ?? limits.endpoint) && !isSecure(address))
    return `the offered endpoint is not encrypted and the one in force is ${unless}`;
  if (settings.tls?.skipVerify === true && !limits.skipVerify)
    return `the offer turns off the check of the server's certificate ${unless}`;
  const least = tlsVersion(limits.minVersion) ?? "TLSv1.2";
  const offered = [settings.tls?.minVersion ?? "", settings.tls?.maxVersion ?? ""]
    .map(tlsVersion)
    .filter((version) => version !== undefined);
  return offered.some((version) => version < least)
    ? `the offer takes an older version of TLS than ${least} ${unless}`
    : undefined;
}

function isSecure(address: string): boolean {
  return /^(?:wss|https):/i.test(address);
}

/** `*.example.com` is each host below it, all else one host. */
function fits(host: string, pattern: string): boolean {
  const [one, other] = [host.toLowerCase(), pattern.toLowerCase()];
  return other.startsWith("*.") ? one.endsWith(other.slice(1)) : one === other;
}

/** What a client certificate says that matters for using it. */
export type CertificateFacts =
  | { readonly is: "readable"; readonly validFrom: WallTime; readonly expiresAt: WallTime }
  | { readonly is: "unreadable"; readonly why: string };

/** Looks into the first certificate of a PEM text and whether the key is the one for it. */
export function readCertificate(cert: string, key: string): CertificateFacts {
  const parsed = attempt(() => new X509Certificate(cert));
  if (parsed === undefined) return unreadable("expected a PEM certificate, found something else");
  const own = attempt(() => createPrivateKey(key));
  if (own === undefined)
    return unreadable("expected a PEM private key beside it without passphrase");
  if (!parsed.checkPrivateKey(own)) return unreadable("it is for another private key");
  const timeOf = (text: string): WallTime => wallTime(Date.parse(text));
  return { is: "readable", validFrom: timeOf(parsed.validFrom), expiresAt: timeOf(parsed.validTo) };
}

function unreadable(why: string): CertificateFacts {
  return { is: "unreadable", why };
}

// The texts of these errors quote what they were given.
function attempt<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch {
    // What cannot be read is answered as such.
    return undefined;
  }
}
