import type {
  ClientRequest,
  IncomingHttpHeaders,
  IncomingMessage,
  RequestOptions,
} from "node:http";
import { targetOf } from "./proxy.ts";
import { readBody } from "./read-body.ts";
import type { Requester } from "./requester.ts";
import { type Progress, tooLate, watchConnection } from "./watch-connection.ts";

/** One request with a body, and what it may take. */
export interface ExchangeTerms {
  readonly options: RequestOptions;
  readonly body: string | Uint8Array;
  /** From its beginning to the end of the answer. */
  readonly timeoutMs: number;
  /** Until nothing but the answer is missing; undefined: as long as the whole. */
  readonly connectTimeoutMs?: number;
  readonly maxBodyBytes: number;
  /** Whether somebody wants to know the body of this answer. */
  readonly wantsBody: (head: AnswerHead) => boolean;
  /** Ends it early. */
  readonly signal?: AbortSignal;
  /** Called when nothing but the answer is missing. */
  readonly onConnected?: () => void;
}

/** What an answer begins with. */
export interface AnswerHead {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
}

/**
 * What became of an exchange.
 * - `answered`: without a body where nobody wanted it.
 * - `cut`: the answer began, and its body did not come to its end, was too long or too late.
 */
export type Exchanged =
  | ({ readonly is: "answered"; readonly body: Uint8Array | undefined } & AnswerHead)
  | ({ readonly is: "cut" } & AnswerHead & Failure)
  | ({ readonly is: "failed" } & Failure);

interface Failure {
  readonly error: unknown;
  readonly progress: Progress;
}

/**
 * Sends one request and reads its answer; redirects are not followed. After a limit or an abort the requester is ended
 * too. Rejects only where the request can never be made, as with characters that no header may have.
 */
export async function exchange(requester: Requester, terms: ExchangeTerms): Promise<Exchanged> {
  const { options, timeoutMs, connectTimeoutMs, signal } = terms;
  const request = requester.request({ ...options, ...(signal && { signal }) });
  let late: Error | undefined;
  const limit = (withinMs: number): NodeJS.Timeout =>
    setTimeout(() => {
      late = tooLate(progress, withinMs);
      request.destroy(late);
      // A request that a proxy makes the connection for does not end before that.
      requester.end();
    }, withinMs);
  const whole = limit(timeoutMs);
  const connecting = connectTimeoutMs === undefined ? undefined : limit(connectTimeoutMs);
  const { host } = targetOf(requester.connectsTo);
  const progress = watchConnection(request, host, requester.tunnels, () => {
    clearTimeout(connecting);
    terms.onConnected?.();
  });
  signal?.addEventListener("abort", requester.end);
  try {
    const response = await responseTo(request, terms.body);
    const head = { status: response.statusCode ?? 0, headers: response.headers };
    try {
      return { is: "answered", ...head, body: await bodyOf(response, head, terms) };
    } catch (error) {
      return { is: "cut", ...head, error: late ?? error, progress };
    }
  } catch (error) {
    return { is: "failed", error: late ?? error, progress };
  } finally {
    clearTimeout(whole);
    clearTimeout(connecting);
    signal?.removeEventListener("abort", requester.end);
  }
}

function responseTo(request: ClientRequest, body: ExchangeTerms["body"]): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    // It stays: of what goes wrong later the body tells.
    request.on("error", reject);
    request.on("response", resolve);
    request.end(body);
  });
}

async function bodyOf(
  response: IncomingMessage,
  head: AnswerHead,
  { wantsBody, maxBodyBytes }: ExchangeTerms,
): Promise<Uint8Array | undefined> {
  if (wantsBody(head)) return await readBody(response, maxBodyBytes);
  // Whatever comes after it on this connection has to get past it.
  response.resume();
  return undefined;
}
