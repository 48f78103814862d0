import * as http from "node:http";
import type { TlsOptions } from "../opamp-client/client-options.ts";
import { connectFailure } from "../opamp-client/connect-failure.ts";
import { retryAfterMs } from "../opamp-client/retry-after.ts";
import { connectionOptions } from "../opamp-client/tls-options.ts";

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
  | { readonly is: "answered"; readonly status: number; readonly retryAfterMs: number | undefined }
  | { readonly is: "failed"; readonly why: string };

/** Sends one request; never rejects. */
export type Post = (request: PostRequest) => Promise<PostAnswer>;

/** Posts over a connection of its own, so that certificates which were replaced are used from the next request on. */
export const postOverHttp: Post = (request) =>
  new Promise((resolve) => {
    const fail = (error: unknown): void =>
      resolve({ is: "failed", why: connectFailure(error, request.url) });
    try {
      const exchange = open(request);
      const timer = setTimeout(() => {
        exchange.destroy(new Error(`no answer within ${request.timeoutMs} ms`));
      }, request.timeoutMs);
      exchange.on("close", () => clearTimeout(timer));
      exchange.on("error", fail);
      exchange.on("response", (response) => {
        response.on("error", fail);
        response.resume().on("end", () => resolve(answerOf(response)));
      });
      exchange.end(request.body);
    } catch (error) {
      // Header values and certificates that can never work are found out here.
      fail(error);
    }
  });

function open({ url, headers, body, tls, signal }: PostRequest): http.ClientRequest {
  const options = {
    method: "POST",
    agent: false,
    headers: { ...headers, "content-length": body.length },
    signal,
  } as const;
  if (new URL(url).protocol !== "https:") return http.request(url, options);
  // Not an import: without encryption there is no need to load TLS.
  const https = process.getBuiltinModule("node:https");
  return https.request(url, { ...options, ...connectionOptions(tls) });
}

function answerOf({ statusCode = 0, headers }: http.IncomingMessage): PostAnswer {
  const wait = retryAfterMs(headers["retry-after"], Date.now());
  return { is: "answered", status: statusCode, retryAfterMs: wait };
}
