import { get as getHttp, type IncomingMessage } from "node:http";
import { systemCodeOf } from "../../errors.ts";

/** An answer of the health check, or the lack of one in words. */
export type HealthAnswer =
  | { readonly is: "healthy"; readonly upSince: number | undefined }
  | { readonly is: "unhealthy"; readonly why: string };

const maxBodyBytes = 64 * 1024;

/** Asks once, on a connection of its own that is closed afterwards. Never rejects. */
export async function probeHealth(url: string, timeoutMs: number): Promise<HealthAnswer> {
  try {
    return await ask(url, timeoutMs);
  } catch (error) {
    return { is: "unhealthy", why: failureText(url, timeoutMs, error) };
  }
}

async function ask(url: string, timeoutMs: number): Promise<HealthAnswer> {
  // The agent's own certificate on its own loopback proves nothing more than the connection does.
  const options = { agent: false, rejectUnauthorized: false } as const;
  const get = url.startsWith("https:") ? (await import("node:https")).get : getHttp;
  return new Promise((resolve, reject) => {
    const deadline = AbortSignal.timeout(timeoutMs);
    const request = get(url, { ...options, signal: deadline }, (response) => {
      readBody(response).then((body) => resolve(answerOf(response.statusCode ?? 0, body)), reject);
    });
    request.on("error", (error) => reject(deadline.aborted ? new Error("timeout") : error));
  });
}

async function readBody(response: IncomingMessage): Promise<string> {
  let body = "";
  for await (const chunk of response) {
    body += String(chunk);
    if (body.length > maxBodyBytes) break;
  }
  return body;
}

function answerOf(statusCode: number, body: string): HealthAnswer {
  const { status, upSince } = fieldsOf(body);
  if (statusCode === 200) {
    const since = Date.parse(upSince ?? "");
    return { is: "healthy", upSince: Number.isNaN(since) ? undefined : since };
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

function failureText(url: string, timeoutMs: number, error: unknown): string {
  if (error instanceof Error && error.message === "timeout") {
    return `no answer from ${url} within ${timeoutMs} ms`;
  }
  const code = systemCodeOf(error);
  if (code === "ECONNREFUSED") return `nothing listens at ${url}`;
  return `${url} could not be asked: ${code ?? (error instanceof Error ? error.message : String(error))}`;
}
