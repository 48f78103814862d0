import { messageOf, systemCodeOf } from "../errors.ts";

const sentences: ReadonlyMap<string, string> = new Map([
  ["ECONNREFUSED", "nothing listens there: check host and port, and whether the server runs"],
  ["ENOTFOUND", "the host name does not exist: check it, and the name service of this machine"],
  ["EAI_AGAIN", "the name service did not answer: check the network of this machine"],
  ["ETIMEDOUT", "no answer in time: check that a firewall or proxy lets the connection pass"],
  ["EHOSTUNREACH", "there is no route to the host: check the network of this machine"],
  ["ENETUNREACH", "there is no route to the network: check the network of this machine"],
  [
    "ECONNRESET",
    "the other side broke the connection off: check that the port speaks this protocol",
  ],
  ["EPIPE", "the other side closed the connection while it was written to"],
  [
    "CERT_HAS_EXPIRED",
    "the certificate of the server, or of its authority, has expired: have it renewed, and check the clock of this machine",
  ],
  [
    "CERT_NOT_YET_VALID",
    "the certificate of the server is not valid yet: check the clock of this machine",
  ],
  ["CERT_REVOKED", "the certificate of the server has been revoked: have it replaced"],
  [
    "ERR_TLS_CERT_ALTNAME_INVALID",
    "the certificate of the server is for another name: use a name that it has in the endpoint, or set the expected server name",
  ],
]);

const unknownAuthority: ReadonlySet<string> = new Set([
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
]);

/** OpenSSL's failures have one code for all, or one each by version: only the text tells them apart. */
const tlsSentences: readonly (readonly [RegExp, string])[] = [
  [
    /wrong version number|packet length too long/,
    "the server does not speak TLS on that port: use ws or http, or another port",
  ],
  [
    /alert protocol version|unsupported protocol/,
    "the server speaks none of the TLS versions that are allowed here: check min_version and max_version",
  ],
  [
    /alert (certificate required|bad certificate|unknown ca|handshake failure|certificate expired)/,
    "the server refused the TLS handshake: it may want another client certificate",
  ],
];

/** Why a connection failed and what to do about it, in one sentence; keeps the original words at its end. */
export function connectFailure(error: unknown, endpoint: string): string {
  const code = systemCodeOf(error) ?? "";
  const sentence = sentenceFor(code, error);
  const host = URL.canParse(endpoint) ? new URL(endpoint).host : endpoint;
  if (sentence === undefined) return `connection to ${host} failed: ${wordsOf(error)}`;
  return `connection to ${host} failed: ${sentence} (${wordsOf(error)})`;
}

/** Why a server's HTTP status means that there is no connection, and what to do about it. */
export function statusFailure(status: number, endpoint: string): string {
  const host = URL.canParse(endpoint) ? new URL(endpoint).host : endpoint;
  return `${host} answered with HTTP status ${status}: ${statusSentence(status)}`;
}

function sentenceFor(code: string, error: unknown): string | undefined {
  if (unknownAuthority.has(code)) {
    return "the certificate of the server is signed by an authority that is not known here: name the file with that authority in ca_file";
  }
  const [, tlsSentence] = tlsSentences.find(([words]) => words.test(messageOf(error))) ?? [];
  return tlsSentence ?? sentences.get(code);
}

// An AggregateError, one failure per address tried, has an empty message of its own; and of OpenSSL's line with
// its numbers and source files only one part is for people.
function wordsOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(messageOf).join(", ");
  const words = messageOf(error).replaceAll(/\s+/g, " ");
  return /:SSL routines:[^:]*:([^:]+):/.exec(words)?.[1] ?? words;
}

function statusSentence(status: number): string {
  if (status === 401) return "the credentials were not accepted: check the configured headers";
  if (status === 403) return "these credentials may not do this: check the configured headers";
  if (status === 404) return "there is no OpAMP there: check the path of the endpoint";
  if (status === 413) return "a message was too large for it";
  if (status === 415 || status === 405 || status === 426) {
    return "it does not take OpAMP this way: check the path, and ws against http, in the endpoint";
  }
  if (status === 429 || status === 503)
    return "it is overloaded or starting and wants to be left alone";
  if (status >= 300 && status < 400) return "it is elsewhere: put the new address in the endpoint";
  return status >= 500 ? "it has a problem of its own" : "this is not what an OpAMP server says";
}
