import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import type { TransportOptions } from "./client-options.ts";
import type { RefusalSigns } from "./connect-failure.ts";

const longestWords = 300;

/** Words that are not there yet are not worth a later report of the refusal. */
const waitMs = 1_000;

/** What an answer begins with. */
interface Head {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
}

/** Whether a refusal says why, in plain text: other bodies are not for people. */
export function hasWords({ status, headers }: Head): boolean {
  return status === 403 && /^text\/plain/i.test(headers["content-type"] ?? "");
}

/** What a refusal tells beside its status; of its words only the beginning. */
export function signsIn(
  text: string,
  { endpoint, tls }: Pick<TransportOptions, "endpoint" | "tls">,
): RefusalSigns {
  const certificate = tls.cert !== undefined && /^(?:wss|https):/i.test(endpoint);
  const words = text.replaceAll(/[\s\x00-\x1f\x7f-\x9f]+/g, " ").trim();
  if (words === "") return { certificate, words: undefined };
  const cut = words.length > longestWords ? `${words.slice(0, longestWords)}…` : words;
  return { certificate, words: cut };
}

/** The same, from an answer that is read for it. */
export async function signsOf(
  response: IncomingMessage,
  options: Pick<TransportOptions, "endpoint" | "tls">,
): Promise<RefusalSigns> {
  const { statusCode = 0, headers } = response;
  const readable = hasWords({ status: statusCode, headers });
  return signsIn(readable ? await beginningOf(response) : "", options);
}

function beginningOf(response: IncomingMessage): Promise<string> {
  return new Promise((resolve) => {
    let read = "";
    const end = (): void => {
      clearTimeout(timer);
      resolve(read);
    };
    const timer = setTimeout(end, waitMs);
    response.setEncoding("utf8");
    response.on("data", (part: string) => {
      read += part;
      if (read.length > longestWords) end();
    });
    response.on("end", end).on("close", end).on("error", end);
  });
}
