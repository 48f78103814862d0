import type { ProxyOptions } from "../../net/proxy.ts";

export type { ProxyOptions } from "../../net/proxy.ts";

/** What createClient wants to know; only the endpoint has no default. */
export interface ClientOptions extends Partial<ClientLimits>, Partial<LinkPolicy> {
  /**
   * ws, wss, http or https, with port and path as they are to be used. Of several the first that can be had is used,
   * in their order.
   */
  readonly endpoint: string | readonly string[];
  /** Sent with the upgrade request, or with every POST. Values may be secret. */
  readonly headers?: ReadonlyMap<string, readonly string[]>;
  readonly tls?: TlsOptions;
  /** Without one the connection is direct. */
  readonly proxy?: ProxyOptions;
  /**
   * Larger messages are compressed on their way out: gzip over HTTP, permessage-deflate over WebSocket where the server
   * agrees, which then may compress too. False by default.
   */
  readonly compression?: boolean;
  /**
   * Asked before each connection for what it is made with: what can change meanwhile is then always the newest. What
   * is missing in the answer is as in the options; a rejection is a failed attempt with its reason.
   */
  readonly dial?: (attempt: Attempt) => Promise<AttemptOptions>;
}

/** One attempt at a connection. */
export interface Attempt {
  readonly endpoint: string;
  /** The server has refused the credentials of the attempt before this one. */
  readonly denied: boolean;
  /** How many attempts in a row have failed before this one. */
  readonly failures: number;
  /** The attempt before this one failed because the other side's certificate is from an authority that is not known. */
  readonly untrusted?: boolean;
}

/** What one connection is made with. */
export type AttemptOptions = Partial<Pick<TransportOptions, "headers" | "tls" | "proxy">>;

/** How to check the server, and how to show who we are; PEM texts. */
export interface TlsOptions {
  readonly ca: string | undefined;
  /** Together with `ca`; without it the system's authorities are used anyway. */
  readonly includeSystemCa: boolean;
  readonly cert: string | undefined;
  readonly key: string | undefined;
  readonly minVersion: TlsVersion;
  readonly maxVersion: TlsVersion | undefined;
  readonly skipVerify: boolean;
  /** The name to expect in the certificate, when it is not the one of the endpoint. */
  readonly serverName: string | undefined;
  /** Cipher suites and elliptic curves in the words of OpenSSL (`ciphers` and `ecdhCurve` of node:tls); undefined: Node's. */
  readonly ciphers: string | undefined;
  readonly curves: string | undefined;
}

/** The words of node:tls. */
export type TlsVersion = "TLSv1" | "TLSv1.1" | "TLSv1.2" | "TLSv1.3";

/** Times in ms and sizes in bytes of one connection. */
export interface ClientLimits {
  /** Between two messages when there is nothing new; the polling interval of HTTP. 0: none over WebSocket. */
  readonly heartbeatIntervalMs: number;
  /** The size of one message either way, uncompressed (specification.md#websocket-message-size-limits). */
  readonly maxMessageBytes: number;
  /** From the first packet to the end of the WebSocket upgrade; over HTTP to a connection, encrypted where it is to be. */
  readonly connectTimeoutMs: number;
  /** For the answer to a POST, and to the first message on a WebSocket: no other one has to be answered there. */
  readonly answerTimeoutMs: number;
  /** Between two pings on a WebSocket on which nothing else came in; 0: none. */
  readonly pingIntervalMs: number;
  /** For the pong; after that the connection is taken as dead. */
  readonly pongTimeoutMs: number;
  /** For the last message and the end of the connection, when the client is stopped. */
  readonly stopTimeoutMs: number;
  /** How long another endpoint than the first is used before the first is looked for again. */
  readonly tryFirstAfterMs: number;
  /** The least distance between two answers to requests for the full state; the first is at once. */
  readonly fullStateIntervalMs: number;
  /**
   * How long a new description, list of components or of custom capabilities waits for something else that it can go
   * with. 0 by default: not at all.
   */
  readonly patienceMs: number;
  /**
   * The least distance between two messages in the long run, whatever there is to say: a server that answers each with
   * something new must not keep the two busy. Custom messages are not held up.
   */
  readonly messageGapMs: number;
  /** So many messages may come at once all the same. */
  readonly messagesAtOnce: number;
}

/** What one connection has to know. */
export interface TransportOptions extends ClientLimits {
  readonly endpoint: string;
  readonly headers: ReadonlyMap<string, readonly string[]>;
  readonly tls: TlsOptions;
  readonly proxy: ProxyOptions | undefined;
  readonly compression: boolean;
}

/** The options with every default filled in. */
export interface FilledOptions extends Omit<TransportOptions, "endpoint">, LinkPolicy {
  readonly endpoints: readonly string[];
  readonly dial: (attempt: Attempt) => Promise<AttemptOptions>;
}

/** The default: the system's authorities, TLS 1.2 and newer. */
export const defaultTls: TlsOptions = {
  ca: undefined,
  includeSystemCa: true,
  cert: undefined,
  key: undefined,
  minVersion: "TLSv1.2",
  maxVersion: undefined,
  skipVerify: false,
  serverName: undefined,
  ciphers: undefined,
  curves: undefined,
};

/** All default times and sizes of the client. */
export const defaultLimits: ClientLimits & LinkPolicy = {
  heartbeatIntervalMs: 30_000,
  maxMessageBytes: 64 * 1024 * 1024,
  connectTimeoutMs: 20_000,
  answerTimeoutMs: 30_000,
  pingIntervalMs: 30_000,
  pongTimeoutMs: 10_000,
  stopTimeoutMs: 3_000,
  tryFirstAfterMs: 600_000,
  fullStateIntervalMs: 5_000,
  patienceMs: 0,
  messageGapMs: 100,
  messagesAtOnce: 40,
  firstRetryDelayMs: 500,
  maxRetryDelayMs: 60_000,
  throttledDelayMs: 30_000,
  firstDeniedDelayMs: 500,
  deniedDelayMs: 30_000,
  maxRetryAfterMs: 3_600_000,
  steadyAfterMs: 10_000,
};

/** Fills in the defaults. */
export function fillOptions({ endpoint, ...options }: ClientOptions): FilledOptions {
  const endpoints = typeof endpoint === "string" ? [endpoint] : endpoint;
  const asWritten = { headers: new Map(), tls: defaultTls, proxy: undefined, dial: nothingNew };
  const filled = { compression: false, ...asWritten, ...defaultLimits, ...options, endpoints };
  // Credentials that cannot be newer the next time are not tried again at once.
  const firstDenied = options.dial === undefined ? filled.deniedDelayMs : filled.firstDeniedDelayMs;
  return { ...filled, firstDeniedDelayMs: firstDenied };
}

function nothingNew(): Promise<AttemptOptions> {
  return Promise.resolve({});
}

/** The numbers that delays are made from; defaults are in client-options.ts. */
export interface LinkPolicy {
  readonly firstRetryDelayMs: number;
  readonly maxRetryDelayMs: number;
  /** The least wait when the server is overloaded and names no time (specification.md#throttling). */
  readonly throttledDelayMs: number;
  /** The least wait when the server does not accept credentials for the first time, where `dial` may have newer ones. */
  readonly firstDeniedDelayMs: number;
  /** The least wait when it does not accept them, from the second time in a row on or without `dial`. */
  readonly deniedDelayMs: number;
  /** The longest wait that a server may ask for. */
  readonly maxRetryAfterMs: number;
  /** An accepted connection that lasted this long clears `flaps`. */
  readonly steadyAfterMs: number;
}
