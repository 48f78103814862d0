import type * as http from "node:http";
import type { TlsOptions } from "../opamp-client/transport/client-options.ts";
import { type Exchanged, exchange } from "../net/exchange.ts";
import { wayTo, environmentsProxy, targetOf, type ProxyOptions } from "../net/proxy.ts";
import { type Requester, createRequester } from "../net/requester.ts";
import { refused } from "../net/tunnel.ts";
import { connectFailure } from "../opamp-client/transport/connect-failure.ts";
import { momentOf, retryAfterMs } from "../opamp-client/transport/retry-after.ts";
import { connectionOptions } from "../opamp-client/transport/tls-options.ts";
import { type Rejected, rejectedIn } from "./partial-success.ts";

/** One request with telemetry. */
export interface PostRequest {
  readonly url: string;
  readonly headers: http.OutgoingHttpHeaders;
  readonly body: Uint8Array;
  readonly timeoutMs: number;
  readonly tls: TlsOptions;
  /** Ends it early. */
  readonly signal: AbortSignal;
}

/** What became of it. */
export type PostAnswer =
  | {
      readonly is: "answered";
      readonly status: number;
      readonly retryAfterMs: number | undefined;
      /** What was not taken, although the status is a good one. */
      readonly rejected?: Rejected | undefined;
    }
  | { readonly is: "failed"; readonly why: string };

/** Sends one request; never rejects. */
export type Post = (request: PostRequest) => Promise<PostAnswer>;

/** What a receiver says in its answer is never as long as this. */
const largestBytes = 64 * 1024;

/**
 * Posts through the environment's proxy where one is meant for the address, over a connection of its own, so that
 * certificates which were replaced are used from the next request on.
 */
export function createPost(environment: ReadonlyMap<string, string>): Post {
  return async (request) => {
    const { url } = request;
    const way = wayTo(url, environmentsProxy, environment);
    if (way.is === "unusable") {
      return { is: "failed", why: `no way to ${new URL(url).host}: ${way.why}` };
    }
    const proxy = way.is === "proxied" ? way.proxy : undefined;
    const encrypted = targetOf(url).secure || proxy !== undefined;
    let requester: Requester | undefined;
    try {
      // Certificates that can never work are found out here, and header values with the request.
      const tls = encrypted ? connectionOptions(request.tls) : {};
      requester = createRequester(url, { tls, proxy, keepAlive: false });
      return await exchanged(request, requester, proxy);
    } catch (error) {
      return { is: "failed", why: connectFailure(error, url) };
    } finally {
      requester?.end();
    }
  };
}

async function exchanged(
  { url, headers, body, timeoutMs, signal }: PostRequest,
  requester: Requester,
  proxy: ProxyOptions | undefined,
): Promise<PostAnswer> {
  const length = { "content-length": body.length };
  const outcome = await exchange(requester, {
    options: { method: "POST", headers: { ...headers, ...length } },
    body,
    timeoutMs,
    maxBodyBytes: largestBytes,
    wantsBody: ({ status }) => status === 200,
    signal,
  });
  if (outcome.is === "failed") {
    const { error, progress } = outcome;
    return { is: "failed", why: connectFailure(error, requester.connectsTo, progress) };
  }
  // Of the servers of HTTP only a proxy says this, and only of itself.
  if (outcome.status === 407 && proxy !== undefined) {
    const error = refused(proxy, 407, new URL(url).host);
    return { is: "failed", why: connectFailure(error, url) };
  }
  return answerOf(outcome);
}

/** The answer by its status alone where its body cannot be read: what was taken must not be sent again. */
function answerOf(outcome: Exclude<Exchanged, { is: "failed" }>): PostAnswer {
  const { status, headers } = outcome;
  const wait = retryAfterMs(headers["retry-after"], momentOf(headers.date));
  const answer = { is: "answered", status, retryAfterMs: wait } as const;
  if (outcome.is === "cut" || outcome.body === undefined) return answer;
  return { ...answer, rejected: rejectedIn(headers["content-type"] ?? "", outcome.body) };
}
