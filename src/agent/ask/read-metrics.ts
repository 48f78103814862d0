import { get, type IncomingMessage } from "node:http";
import { systemCodeOf } from "../../errors.ts";

/** The agent's own metrics as text, or why there are none in words. */
export type MetricsAnswer =
  | { readonly is: "read"; readonly text: string }
  | { readonly is: "unreadable"; readonly why: string };

/** Longer ones cost too much to read again and again; one that is cut would look like traffic that stopped. */
const maxBodyBytes = 4 * 1024 * 1024;

/** Left to itself the collector may choose another format or names in quotes. */
const headers = { accept: "text/plain;version=0.0.4" } as const;

/** Reads the agent's own metrics once, on a connection of its own that is closed afterwards. Never rejects. */
export async function readMetrics(url: string, timeoutMs: number): Promise<MetricsAnswer> {
  const deadline = AbortSignal.timeout(timeoutMs);
  try {
    return await ask(url, deadline);
  } catch (error) {
    return { is: "unreadable", why: failureText(url, deadline.aborted, timeoutMs, error) };
  }
}

function ask(url: string, signal: AbortSignal): Promise<MetricsAnswer> {
  return new Promise((resolve, reject) => {
    const request = get(url, { agent: false, headers, signal }, (response) => {
      readAnswer(url, response).then(resolve, reject);
    });
    request.on("error", reject);
  });
}

async function readAnswer(url: string, response: IncomingMessage): Promise<MetricsAnswer> {
  if (response.statusCode !== 200) {
    response.destroy();
    return { is: "unreadable", why: `${url} answered ${response.statusCode ?? 0}` };
  }
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > maxBodyBytes) {
      return { is: "unreadable", why: `${url} answered with more than ${maxBodyBytes} bytes` };
    }
  }
  return { is: "read", text: Buffer.concat(chunks).toString("utf8") };
}

function failureText(url: string, late: boolean, timeoutMs: number, error: unknown): string {
  if (late) return `no answer from ${url} within ${timeoutMs} ms`;
  const code = systemCodeOf(error);
  if (code === "ECONNREFUSED") return `nothing listens at ${url}`;
  return `${url} could not be read: ${code ?? (error instanceof Error ? error.message : String(error))}`;
}
