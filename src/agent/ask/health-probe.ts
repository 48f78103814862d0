import type { IncomingMessage } from "node:http";
import { askOnce } from "./ask-once.ts";
import { type FindListener, type Listener, answeringOf } from "./listener.ts";

/** An answer of the health check with who gave it, where that can be seen, or the lack of one in words. */
type HealthAnswer =
  | {
      readonly is: "healthy";
      /** By the clock of whoever answers, as it stood then. */
      readonly upSince: { readonly unixMs: number } | undefined;
      readonly listener?: Listener;
    }
  | { readonly is: "unhealthy"; readonly why: string; readonly listener?: Listener }
  /** We could not ask: that says nothing of the agent. */
  | { readonly is: "unasked"; readonly why: string; readonly listener?: undefined };

const maxBodyBytes = 64 * 1024;

/** What the collector takes for any free port; asked for it, the system says what it says when it lacks ports itself. */
const anyPort = "it listens at port 0, which is any free one: write a port that can be asked";

/**
 * Asks once, on a connection of its own that is closed afterwards, and looks who listens there when the agent's process
 * is known. Never rejects.
 */
export async function probeHealth(
  url: string,
  timeoutMs: number,
  findListener?: FindListener,
): Promise<HealthAnswer> {
  if (URL.canParse(url) && new URL(url).port === "0") return { is: "unhealthy", why: anyPort };
  const asked = await askOnce(url, timeoutMs, "asked", {}, async (response) => {
    const listener = findListener?.(answeringOf(response));
    const answer = answerOf(response.statusCode ?? 0, await readBody(response));
    return listener === undefined ? answer : { ...answer, listener };
  });
  if (asked.is === "answered") return asked.result;
  return { is: asked.is === "unasked" ? "unasked" : "unhealthy", why: asked.why };
}

async function readBody(response: IncomingMessage): Promise<string> {
  let body = "";
  for await (const chunk of response) {
    body += String(chunk);
    if (body.length > maxBodyBytes) break;
  }
  return body;
}

function answerOf(
  statusCode: number,
  body: string,
): Exclude<HealthAnswer, { readonly is: "unasked" }> {
  const { status, upSince } = fieldsOf(body);
  // Some answer without content (204).
  if (statusCode >= 200 && statusCode < 300) {
    const unixMs = Date.parse(upSince ?? "");
    return { is: "healthy", upSince: Number.isNaN(unixMs) ? undefined : { unixMs } };
  }
  return {
    is: "unhealthy",
    why: `answered ${statusCode}${status === undefined ? "" : `: ${status}`}`,
  };
}

function fieldsOf(body: string): { status: string | undefined; upSince: string | undefined } {
  try {
    const { status, upSince } = JSON.parse(body) as Record<string, unknown>;
    const text = (value: unknown): string | undefined =>
      typeof value === "string" ? value : undefined;
    return { status: text(status), upSince: text(upSince) };
  } catch {
    // `response_body` may be set to anything; then the status code alone speaks.
    return { status: undefined, upSince: undefined };
  }
}
