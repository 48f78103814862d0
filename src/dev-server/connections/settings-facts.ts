import { X509Certificate } from "node:crypto";
import type {
  OpampConnectionSettings,
  TelemetryConnectionSettings,
  TlsCertificate,
} from "../../opamp-client/wire/messages.ts";
import type { ConnectionSettings } from "./connection-settings.ts";

/** One connection of an offer, and what is said of it in words. */
export interface OfferedConnectionView {
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

/** Settings in words, of which `offered` are taken. Nothing secret is in them: no values of headers, no keys, no passwords. */
export function settingsInWords(
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

/** What settings bring, in a few words. */
export function settingsTitle({ opamp, ...others }: ConnectionSettings): string {
  const { destinationEndpoint = "" } = opamp ?? {};
  if (destinationEndpoint !== "") return `server address ${withoutSecrets(destinationEndpoint)}`;
  return Object.keys(others).length === 0
    ? "settings of the connection to the server"
    : "connections";
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
