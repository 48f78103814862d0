import {
  type Connections,
  type Connection,
  type OfferedTls,
  type OfferedProxy,
  type ClientCertificate,
  noConnections,
} from "../../../agent-config/connections.ts";
import type { Instant, WallTime } from "./time.ts";

/** What one message offers of connections; a kind that it does not name stays as it is. */
export interface SettingsOffer {
  /** Opaque, hex; empty when the server sent none. */
  readonly hash: string;
  /** SHA-256 over all of it: our own way to see that two offers are the same. */
  readonly digest: string;
  readonly opamp: OpampOffer | undefined;
  readonly telemetry: Connections["telemetry"];
  readonly others: Connections["others"];
  /** Why it is not even looked at. */
  readonly problem?: string;
}

/** Settings for the connection to the server. What is not offered is undefined: see `mergeOffer`. */
export interface OpampOffer {
  /** Empty: the server stays the same. */
  readonly endpoint: string;
  readonly headers: Connection["headers"] | undefined;
  /** The key is undefined in the answer to a request of ours: it never left us. */
  readonly certificate: { readonly cert: string; readonly key: string | undefined } | undefined;
  readonly tls: OfferedTls | undefined;
  readonly proxy: OfferedProxy | undefined;
  readonly heartbeatSeconds: number;
  /** True of several offers as one of which the last that says so ends heartbeats. */
  readonly endsHeartbeats?: boolean;
}

/** What holds instead of the server settings in supervisor.yaml; undefined parts are as written there. */
export interface ServerSettingsInForce {
  readonly endpoint: string | undefined;
  readonly headers: Connection["headers"] | undefined;
  readonly certificate: CertificateInForce | undefined;
  readonly tls: OfferedTls | undefined;
  readonly proxy: OfferedProxy | undefined;
  /** 0: no heartbeats. */
  readonly heartbeatSeconds: number | undefined;
}

/** A client certificate with what matters of it. */
export interface CertificateInForce extends ClientCertificate {
  readonly validFrom: WallTime;
  readonly expiresAt: WallTime;
  /** True when it names an instance id that is ours no more. */
  readonly stale: boolean;
}

/** What the server is told of its last offer (becomes ConnectionSettingsStatus). */
export type OfferStatus =
  | { readonly is: "unset" }
  | { readonly is: "applying" | "applied"; readonly hash: string }
  | { readonly is: "failed"; readonly hash: string; readonly why: string };

/** A certificate that we ask the server for. The key is made here and goes nowhere. */
export type CertificateRequest =
  | { readonly at: "none"; readonly notBefore: Instant }
  | { readonly at: "making"; readonly commonName: string }
  /** `sent`: on the connection that is up now. */
  | { readonly at: "waiting"; readonly csr: string; readonly key: string; readonly sent: boolean };

/** What servers have offered of connections, and what has become of it. */
export interface ConnectionOffers {
  /** The offer that was looked at last. */
  readonly last: { readonly hash: string; readonly digest: string } | undefined;
  readonly status: OfferStatus;
  /** All that was offered too soon after other offers and waits, as one offer; in memory only: the server still has it. */
  readonly held: SettingsOffer | undefined;
  /** How far offers have run ahead of their pace; a moment that is past means: not at all. */
  readonly pace: Instant;
  /** The offer that has not come to its end yet; kept on disk, so that it is begun anew after a crash. */
  readonly underWay: SettingsOffer | undefined;
  /** One that an earlier life had not finished, until it is begun anew. */
  readonly unfinished: SettingsOffer | undefined;
  /** The offer that failed, for a retry; in memory only. */
  readonly failed: SettingsOffer | undefined;
  /** What went wrong with parts of the one under way. */
  readonly problems: readonly string[];
  /** Connections of the agent that are part of each configuration which is rendered from here on. */
  readonly accepted: Connections;
  /** Connections of the agent that wait until the configuration is at rest. */
  readonly wanted: Connections | undefined;
  /** Connections that a configuration is being tried with. */
  readonly trying: Connections | undefined;
  /** The endpoint in supervisor.yaml: when it is another one there, that wins over what was offered. */
  readonly writtenEndpoint: string;
  /** The settings in force; undefined: those of supervisor.yaml. */
  readonly server: ServerSettingsInForce | undefined;
  /** Settings that are being proved by a connection beside the one in use. */
  readonly candidate: ServerCandidate | undefined;
  /** The settings of the connection beside the one in use; undefined where there is none. */
  readonly proving: ServerSettingsInForce | undefined;
  /** What was in force before, as long as the new settings may still fail. */
  readonly former: FormerServer | undefined;
  /** The connection in use. */
  readonly link: ServerLinkState;
  /** The settings that the connection in use was made with. */
  readonly connectedWith: ServerSettingsInForce | undefined;
  /** Bits of ServerCapability; undefined until the server has said. */
  readonly serverBits: bigint | undefined;
  readonly request: CertificateRequest;
}

/** Whether the server can be reached. */
export interface ServerLinkState {
  /** It has answered on the connection in use. */
  readonly connected: boolean;
  /** Since when that is so; undefined before the first attempt has come to an end. */
  readonly since: Instant | undefined;
  /** Why it cannot be reached, as people say it; undefined while it can, and before the first attempt. */
  readonly why: string | undefined;
  /** The address that was reached or tried last, without secrets. */
  readonly endpoint: string | undefined;
  /** When it is tried again; undefined while it can be reached. */
  readonly retryAt: Instant | undefined;
}

/** Before the first attempt. */
export const noLink: ServerLinkState = {
  connected: false,
  since: undefined,
  why: undefined,
  endpoint: undefined,
  retryAt: undefined,
};

/** Settings on their way to be in force. */
export interface ServerCandidate {
  readonly settings: ServerSettingsInForce;
  readonly proving: boolean;
}

/** Where to go back to. */
export interface FormerServer {
  readonly settings: ServerSettingsInForce | undefined;
  readonly until: Instant;
  /** Since when the new server is not there; undefined while it is. */
  readonly lostSince: Instant | undefined;
  readonly why: string;
}

/** Before anything was offered. */
export const noConnectionOffers: ConnectionOffers = {
  last: undefined,
  status: { is: "unset" },
  held: undefined,
  pace: 0,
  underWay: undefined,
  unfinished: undefined,
  failed: undefined,
  problems: [],
  accepted: noConnections,
  wanted: undefined,
  trying: undefined,
  writtenEndpoint: "",
  server: undefined,
  candidate: undefined,
  proving: undefined,
  former: undefined,
  link: noLink,
  connectedWith: undefined,
  serverBits: undefined,
  request: { at: "none", notBefore: 0 },
};
