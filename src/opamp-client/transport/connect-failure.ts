import { SupervisorError, systemCodeOf, messageOf } from "../../errors.ts";
import { targetOf } from "../../net/proxy.ts";
import type { Progress } from "../../net/watch-connection.ts";
import { certificateFailure } from "./certificate-failure.ts";
import { handshakeFailure } from "./handshake-failure.ts";

const sentences: ReadonlyMap<string, string> = new Map([
  ["ECONNREFUSED", "nothing listens there: check host and port, and whether the server runs"],
  ["ENOTFOUND", "the host name does not exist: check it, and the name service of this machine"],
  ["EAI_AGAIN", "the name service did not answer: check the network of this machine"],
  ["ETIMEDOUT", "no answer in time: check that a firewall or proxy lets the connection pass"],
  ["EHOSTUNREACH", "there is no route to the host: check the network of this machine"],
  ["ENETUNREACH", "there is no route to the network: check the network of this machine"],
  ["ECONNRESET", "the other side broke the connection off"],
  ["WS_ERR_UNSUPPORTED_MESSAGE_LENGTH", "a message of the server is larger than the limit"],
  [
    "EMFILE",
    "this process may open no more files: raise the limit of open files (ulimit -n, LimitNOFILE=)",
  ],
  ["ENFILE", "this machine can open no more files: raise fs.file-max, or end what holds so many"],
  ["EPIPE", "the other side closed the connection while it was written to"],
]);

/** Longer words are cut: they may hold text that the other side chose, such as the names in its certificate. */
const longestWords = 300;

const unknownAuthority: ReadonlySet<string> = new Set([
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
]);

/** Whether a connection failed because an authority is not known here, of the server's certificate or of a proxy's. */
export function isUntrusted(error: unknown): boolean {
  const cause = error instanceof SupervisorError ? error.cause : error;
  return unknownAuthority.has(systemCodeOf(cause) ?? "");
}

/** Why a connection failed and what to do about it, in one sentence; keeps the original words at its end. */
export function connectFailure(error: unknown, endpoint: string, progress?: Progress): string {
  const host = URL.canParse(endpoint) ? new URL(endpoint).host : endpoint;
  if (error instanceof SupervisorError && error.code === "proxy-failed") {
    return `connection to ${host} failed: ${proxyFailure(error)}`;
  }
  const sentence = sentenceFor(error, endpoint, progress);
  if (sentence === undefined) return `connection to ${host} failed: ${wordsOf(error)}`;
  return `connection to ${host} failed: ${sentence} (${wordsOf(error)})`;
}

function proxyFailure({ message, cause }: SupervisorError): string {
  if (cause === undefined) return message;
  const sentence = sentenceFor(cause, undefined, undefined);
  return `${message}: ${sentence === undefined ? wordsOf(cause) : `${sentence} (${wordsOf(cause)})`}`;
}

/** What beside the status tells why a server refuses. */
export interface RefusalSigns {
  /** It saw a client certificate of ours. */
  readonly certificate: boolean;
  /** Its own words, where it said any. */
  readonly words: string | undefined;
}

const noSigns: RefusalSigns = { certificate: false, words: undefined };

/** Why a server's HTTP status means that there is no connection, and what to do about it. */
export function statusFailure(
  status: number,
  endpoint: string,
  signs: RefusalSigns = noSigns,
): string {
  const host = URL.canParse(endpoint) ? new URL(endpoint).host : endpoint;
  const words = signs.words === undefined ? "" : ` (${signs.words})`;
  return `${host} answered with HTTP status ${status}: ${statusSentence(status, signs)}${words}`;
}

/** Why a page for people is no answer of an OpAMP server; undefined for every other type of content. */
export function pageFailure(contentType: string | undefined, endpoint: string): string | undefined {
  if (!/^(?:text\/html|application\/xhtml)/i.test(contentType ?? "")) return undefined;
  const host = URL.canParse(endpoint) ? new URL(endpoint).host : endpoint;
  return `${host} answered with text/html: a captive portal or another service? Check host, port and path of the endpoint`;
}

function sentenceFor(
  error: unknown,
  endpoint: string | undefined,
  progress: Progress | undefined,
): string | undefined {
  const code = systemCodeOf(error) ?? "";
  const shown = progress?.certificate;
  return (
    certificateFailure(code, shown, expectedName(error, endpoint), Date.now()) ??
    handshakeFailure(messageOf(error)) ??
    spokeTls(error) ??
    (code === "ECONNRESET" && progress?.fresh === true ? broken(progress) : undefined) ??
    sentences.get(code)
  );
}

function expectedName(error: unknown, endpoint: string | undefined): string {
  if (error instanceof Error && "host" in error && typeof error.host === "string") {
    return error.host.replace(/\.$/, "");
  }
  return endpoint !== undefined && URL.canParse(endpoint) ? targetOf(endpoint).host : "this host";
}

// A server may end the connection without a word about the certificate that it does not take, and TLS 1.3 has it do so
// after the handshake.
function broken({ phase, secure }: Progress): string {
  if (!secure) {
    return "the other side broke the connection off: it may want TLS (wss or https), or not speak this protocol on that port";
  }
  const when = phase === "answer" ? "before it answered" : "in the middle of the TLS handshake";
  return `the other side broke the connection off ${when}: it may want another client certificate (tls.cert_file), or not speak this protocol on that port`;
}

// What is no HTTP but a record of TLS: 0x15 is an alert.
function spokeTls(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("rawPacket" in error)) return undefined;
  const { rawPacket } = error;
  if (!(rawPacket instanceof Uint8Array)) return undefined;
  const tls = [0x15, 0x16].includes(rawPacket[0] ?? 0) && rawPacket[1] === 0x03;
  return tls
    ? "the server speaks TLS on that port: use wss or https"
    : "what answers there does not speak HTTP: check host and port";
}

// An AggregateError, one failure per address tried, has an empty message of its own; and of OpenSSL's line with
// its numbers and source files only one part is for people.
function wordsOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(messageOf).join(", ");
  const words = messageOf(error).replaceAll(/[\s\x00-\x1f\x7f]+/g, " ");
  const part = /:SSL routines:[^:]*:([^:]+):/.exec(words)?.[1] ?? words;
  return part.length > longestWords ? `${part.slice(0, longestWords)}…` : part;
}

function statusSentence(status: number, { certificate, words }: RefusalSigns): string {
  if (status === 400) {
    return "it did not understand the request: check the path of the endpoint, and whether the port wants TLS (wss or https)";
  }
  if (status === 401) return "the credentials were not accepted: check the configured headers";
  if (status === 407) return "the proxy wants a name and a password: put them into its URL";
  if (status === 403) return forbidden(certificate, words ?? "");
  if (status === 404) return "there is no OpAMP there: check the path of the endpoint";
  if (status === 413) return "a message was too large for it";
  if (status === 415) {
    return "it does not take such messages: check the path, and ws against http, in the endpoint, and try without compression";
  }
  if (status === 405 || status === 426) {
    return "it does not take OpAMP this way: check the path, and ws against http, in the endpoint";
  }
  if (status === 511) return "the network wants somebody to log in first (a captive portal)";
  if (status === 429 || status === 503)
    return "it is overloaded or starting and wants to be left alone";
  if (status >= 300 && status < 400) return "it is elsewhere: put the new address in the endpoint";
  return status >= 500 ? "it has a problem of its own" : "this is not what an OpAMP server says";
}

function forbidden(certificate: boolean, words: string): string {
  if (certificate && /revoked/i.test(words)) {
    return "the server says that our client certificate has been revoked: have it replaced";
  }
  const other = certificate ? ", and the client certificate: it may have been revoked" : "";
  return `these credentials may not do this: check the configured headers${other}`;
}
