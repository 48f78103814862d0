import type { IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders } from "node:http";
import type { ConnectionOptions } from "node:tls";
import { SupervisorError, messageOf, systemCodeOf } from "../errors.ts";
import {
  type ProxyChoice,
  type ProxyOptions,
  wayTo,
  environmentsProxy,
  targetOf,
} from "../net/proxy.ts";
import { createRequester } from "../net/requester.ts";
import { watchConnection } from "../net/watch-connection.ts";
import type { Limits } from "./limits.ts";
import { refuseUnsafe } from "./refuse-unsafe.ts";

/** An answer whose body is still to be read; either `chunks` is read or `discard` is called. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly chunks: AsyncIterable<Buffer>;
  readonly discard: () => void;
}

/** How one GET is made, and what it may take. */
export interface ConnectTerms {
  readonly limits: Pick<Limits, "connectMs" | "stallMs">;
  readonly signal: AbortSignal;
  /** Where HTTPS_PROXY and its like may stand. */
  readonly environment: ReadonlyMap<string, string>;
  /** Where this is missing the environment decides. */
  readonly proxy?: ProxyChoice;
  readonly tlsFor?: (host: string) => ConnectionOptions;
  /** Throws where an address may not be asked; in place of `refuseUnsafe`. */
  readonly refuse?: (url: URL, first: URL) => void;
  /** Headers for the first address and others of its origin only; a redirect to elsewhere ends them. */
  readonly originHeaders?: OutgoingHttpHeaders;
}

/** What a download of the supervisor's own may take. */
export interface RequestTerms extends ConnectTerms {
  readonly limits: Limits;
}

const maxRedirects = 5;

/** One GET, with redirects followed; unencrypted only to this machine, and only if it began so. */
export async function request(
  address: string,
  headers: Readonly<Record<string, string>>,
  terms: ConnectTerms,
): Promise<Answer> {
  const first = parseAddress(address);
  const refuse = terms.refuse ?? refuseUnsafe;
  let url = first;
  let trusted = terms.originHeaders ?? {};
  for (let redirects = 0; redirects <= maxRedirects; redirects += 1) {
    refuse(url, first);
    // Whoever was reached by another server is not given them, also where the way leads back.
    if (url.origin !== first.origin) trusted = {};
    const answer = await requestOnce(url, { ...trusted, ...headers }, terms);
    const { location } = answer.headers;
    if (!isRedirect(answer.status) || location === undefined) return answer;
    answer.discard();
    url = parseAddress(location, url);
  }
  throw failure(`${first.host} redirected more than ${maxRedirects} times`);
}

/** The text at an address, or undefined where the server has nothing (404). */
export async function requestText(
  address: string,
  terms: RequestTerms,
): Promise<string | undefined> {
  const answer = await request(address, {}, terms);
  if (answer.status !== 200) {
    answer.discard();
    if (answer.status === 404) return undefined;
    throw statusFailure(address, answer.status);
  }
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of answer.chunks) {
    bytes += chunk.length;
    if (bytes > terms.limits.maxCheckFileBytes) throw failure(`${address} is too large`);
    parts.push(chunk);
  }
  return Buffer.concat(parts).toString("utf8");
}

/** The failure for an answer that is neither content nor a redirect. */
export function statusFailure(address: string, status: number): SupervisorError {
  const { host } = new URL(address);
  if (status === 404) return failure(`${host} does not have ${address} (404)`);
  return failure(`${host} answered with status ${status} for ${address}`);
}

function requestOnce(url: URL, headers: OutgoingHttpHeaders, terms: ConnectTerms): Promise<Answer> {
  // A connection of its own, so that the time to connect is that of this request.
  const { signal } = terms;
  const proxy = proxyFor(url, terms);
  const tls = terms.tlsFor?.(targetOf(url.href).host) ?? {};
  const requester = createRequester(url.href, { tls, proxy, keepAlive: false, signal });
  return new Promise((resolve, reject) => {
    terms.signal.throwIfAborted();
    const outgoing = requester.request({
      headers: { ...headers, "user-agent": "opampsupervisor", "accept-encoding": "identity" },
      signal: terms.signal,
    });
    let late: SupervisorError | undefined;
    const patience = createPatience((why) => {
      late = failure(`${url.host} ${why}`);
      outgoing.destroy(late);
      requester.end();
    });
    patience.expect(terms.limits.connectMs, "could not be reached");
    watchConnection(outgoing, url.hostname, requester.tunnels, () =>
      patience.expect(terms.limits.stallMs, "did not answer"),
    );
    outgoing.on("error", (error) => {
      patience.end();
      reject(terms.signal.aborted ? abortReason(terms.signal) : explain(late ?? error, url));
    });
    outgoing.on("response", (incoming) => {
      patience.end();
      resolve(answerOf(incoming, url, terms));
    });
    outgoing.end();
  });
}

function proxyFor(url: URL, { proxy, environment }: ConnectTerms): ProxyOptions | undefined {
  const way = wayTo(url.href, proxy ?? environmentsProxy, environment);
  if (way.is === "unusable") throw failure(way.why);
  return way.is === "proxied" ? way.proxy : undefined;
}

function answerOf(incoming: IncomingMessage, url: URL, terms: ConnectTerms): Answer {
  return {
    status: incoming.statusCode ?? 0,
    headers: incoming.headers,
    chunks: readChunks(incoming, url, terms),
    discard: () => void incoming.destroy(),
  };
}

async function* readChunks(
  incoming: IncomingMessage,
  url: URL,
  terms: ConnectTerms,
): AsyncGenerator<Buffer> {
  const patience = createPatience((why) => incoming.destroy(failure(`${url.host} ${why}`)));
  const expectMore = (): void => patience.expect(terms.limits.stallMs, "stopped sending");
  try {
    expectMore();
    for await (const chunk of incoming as AsyncIterable<Buffer>) {
      // The reader's own time must not count as the server's silence.
      patience.end();
      yield chunk;
      expectMore();
    }
  } catch (error) {
    throw terms.signal.aborted ? abortReason(terms.signal) : explain(error, url);
  } finally {
    patience.end();
    incoming.destroy();
  }
}

interface Patience {
  readonly expect: (withinMs: number, otherwise: string) => void;
  readonly end: () => void;
}

function createPatience(onEnd: (why: string) => void): Patience {
  let timer: NodeJS.Timeout | undefined;
  const end = (): void => clearTimeout(timer);
  const expect = (withinMs: number, otherwise: string): void => {
    end();
    timer = setTimeout(() => onEnd(`${otherwise} within ${withinMs / 1000} s`), withinMs);
  };
  return { expect, end };
}

function parseAddress(address: string, base?: URL): URL {
  if (URL.canParse(address, base?.href)) return new URL(address, base);
  throw failure(`expected a web address, found ${address}`);
}

function isRedirect(status: number): boolean {
  return [301, 302, 303, 307, 308].includes(status);
}

function explain(error: unknown, url: URL): SupervisorError {
  if (error instanceof SupervisorError) {
    if (error.code !== "proxy-failed") return error;
    const cause = error.cause === undefined ? "" : `: ${messageOf(error.cause)}`;
    return failure(`${url.host} could not be reached: ${error.message}${cause}`, error);
  }
  const code = systemCodeOf(error) ?? "unknown reason";
  const told: Readonly<Record<string, string>> = {
    ENOTFOUND: `the name ${url.hostname} could not be resolved`,
    EAI_AGAIN: `the name ${url.hostname} could not be resolved just now`,
    ECONNREFUSED: `${url.host} refused the connection`,
    ECONNRESET: `${url.host} cut the connection`,
    ENETUNREACH: `there is no network to ${url.host}`,
    EHOSTUNREACH: `there is no network to ${url.host}`,
  };
  const words = told[code] ?? certificateFault(code, url.hostname);
  return failure(words ?? `the connection to ${url.host} failed (${code})`, error);
}

/** What is wrong with the certificate that a host has shown, by the code of node:tls; undefined for other failures. */
function certificateFault(code: string, host: string): string | undefined {
  const of = `the certificate of ${host}`;
  if (code === "CERT_HAS_EXPIRED")
    return `${of} has expired (or the clock of this machine is wrong)`;
  if (code === "CERT_NOT_YET_VALID")
    return `${of} is not valid yet (or the clock of this machine is wrong)`;
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") return `${of} is for another name`;
  const unknown = /^(?:UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_)/;
  return unknown.test(code)
    ? `${of} is from an authority that is not known here (${code})`
    : undefined;
}

function abortReason(signal: AbortSignal): Error {
  const reason: unknown = signal.reason;
  return reason instanceof Error ? reason : failure("the download was stopped", reason);
}

function failure(message: string, cause?: unknown): SupervisorError {
  return new SupervisorError("download-failed", message, { cause });
}
