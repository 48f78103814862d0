/** The kinds of own telemetry. */
export type Signal = "metrics" | "logs" | "traces";

/**
 * A place to send to, as a server has offered it. Plain data, because the journal keeps it: names and values of headers
 * in pairs, certificates and keys as PEM texts.
 */
export interface Connection {
  readonly endpoint: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly certificate: ClientCertificate | undefined;
  readonly tls: OfferedTls | undefined;
  readonly proxy: OfferedProxy | undefined;
}

/** Who we are to the other side; PEM texts. */
export interface ClientCertificate {
  readonly cert: string;
  readonly key: string;
}

/** How the other side is checked; empty texts and lists say nothing. */
export interface OfferedTls {
  readonly ca: string;
  readonly includeSystemCa: boolean;
  readonly skipVerify: boolean;
  readonly minVersion: string;
  readonly maxVersion: string;
  readonly cipherSuites: readonly string[];
}

/** An HTTP proxy, with headers that only it gets. */
export interface OfferedProxy {
  readonly url: string;
  readonly headers: readonly (readonly [string, string])[];
}

/** Settings of a component of the agent's configuration; empty parts leave what is configured as it is. */
export interface OtherConnection extends Connection {
  /** Further settings of the component, by dotted path. */
  readonly settings: readonly (readonly [string, string])[];
}

/** What servers have offered that becomes part of the agent's configuration. */
export interface Connections {
  /** Where the agent sends its own telemetry beside what is configured. */
  readonly telemetry: { readonly [signal in Signal]?: Connection };
  /** Settings for exporters or extensions, by their names. */
  readonly others: readonly (readonly [string, OtherConnection])[];
}

/** Nothing was offered. */
export const noConnections: Connections = { telemetry: {}, others: [] };

/** True when both say the same; those that were read back from disk are other objects. */
export function sameConnections(a: Connections, b: Connections): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}

/** True when there is nothing in them that a configuration would show. */
export function offersNothing({ telemetry, others }: Connections): boolean {
  return Object.keys(telemetry).length === 0 && others.length === 0;
}
