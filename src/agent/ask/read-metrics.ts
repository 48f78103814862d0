import type { IncomingMessage } from "node:http";
import { askOnce } from "./ask-once.ts";
import { type FindListener, type Listener, answeringOf } from "./listener.ts";

/** The agent's own metrics as text, with who gave them where that can be seen, or why there are none in words. */
type MetricsAnswer =
  | { readonly is: "read"; readonly text: string; readonly listener?: Listener }
  | { readonly is: "unreadable"; readonly why: string };

/** Longer ones cost too much to read again and again; one that is cut would look like traffic that stopped. */
const maxBodyBytes = 4 * 1024 * 1024;

/** Left to itself the collector may choose another format or names in quotes. */
const headers = { accept: "text/plain;version=0.0.4" } as const;

/**
 * Reads the agent's own metrics once, on a connection of its own that is closed afterwards, and looks who listens there
 * when the agent's process is known. Never rejects.
 */
export async function readMetrics(
  url: string,
  timeoutMs: number,
  findListener?: FindListener,
): Promise<MetricsAnswer> {
  const asked = await askOnce(url, timeoutMs, "read", headers, async (response) => {
    const listener = findListener?.(answeringOf(response));
    const answer = await readAnswer(url, response);
    return listener === undefined || answer.is === "unreadable" ? answer : { ...answer, listener };
  });
  return asked.is === "answered" ? asked.result : { is: "unreadable", why: asked.why };
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
