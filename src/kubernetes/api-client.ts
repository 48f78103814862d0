import * as http from "node:http";
import * as https from "node:https";
import { messageOf } from "../errors.ts";
import type { Access } from "./access.ts";
import { type ApiProblem, problemOf } from "./api-problem.ts";

/** A request to the API; `path` with its query. */
export interface ApiRequest {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly path: string;
  readonly body?: unknown;
  readonly contentType?: string;
}

export type ApiAnswer =
  | { readonly is: "done"; readonly text: string }
  | { readonly is: "refused"; readonly problem: ApiProblem }
  /** Nobody was reached, or nobody answered in time. */
  | { readonly is: "unreached"; readonly why: string };

export interface ApiClient {
  readonly request: (request: ApiRequest) => Promise<ApiAnswer>;
  /** One line after the other, until the server or the signal ends it. */
  readonly stream: (
    path: string,
    line: (text: string) => void,
    signal: AbortSignal,
  ) => Promise<ApiAnswer>;
  readonly close: () => void;
}

/** So much of one answer is read at most: a list of pods of a large fleet has some. */
const mostBytes = 256 * 1024 * 1024;

/** Server-side apply. */
export const applyType = "application/apply-patch+yaml";

/**
 * Talks to the Kubernetes API over connections that are used again. What lets us in is asked for anew with every request.
 */
export function createApiClient(
  access: () => Access | { readonly problem: string },
  { timeoutMs, idleMs }: { readonly timeoutMs: number; readonly idleMs: number },
): ApiClient {
  let agent: { readonly ca: string | undefined; readonly of: http.Agent } | undefined;
  const agentFor = ({ endpoint, ca }: Access): http.Agent => {
    if (agent !== undefined && agent.ca === ca) return agent.of;
    agent?.of.destroy();
    const secure = endpoint.startsWith("https:");
    const of = secure
      ? new https.Agent({ keepAlive: true, ...(ca === undefined ? {} : { ca }) })
      : new http.Agent({ keepAlive: true });
    agent = { ca, of };
    return of;
  };
  const send = (
    { method, path, body, contentType = "application/json" }: ApiRequest,
    take: (response: http.IncomingMessage, done: (answer: ApiAnswer) => void) => void,
    signal: AbortSignal | undefined,
  ): Promise<ApiAnswer> => {
    const found = access();
    if ("problem" in found) return Promise.resolve({ is: "unreached", why: found.problem });
    const text = body === undefined ? undefined : JSON.stringify(body);
    return new Promise((resolve) => {
      const url = new URL(path, found.endpoint);
      const request = (url.protocol === "https:" ? https : http).request(url, {
        method,
        agent: agentFor(found),
        headers: {
          accept: "application/json",
          authorization: `Bearer ${found.token}`,
          "user-agent": "opampsupervisor",
          ...(text === undefined ? {} : { "content-type": contentType }),
        },
        ...(signal === undefined ? {} : { signal }),
        timeout: signal === undefined ? timeoutMs : idleMs,
      });
      const unreached = (why: string): void => {
        const where = `${url.host} ${method} ${url.pathname}`;
        resolve({ is: "unreached", why: `${where}: ${why}` });
      };
      request.on("timeout", () => {
        const seconds = (signal === undefined ? timeoutMs : idleMs) / 1000;
        request.destroy(new Error(`no answer within ${seconds} s`));
      });
      request.on("error", (error) => unreached(messageOf(error)));
      request.on("response", (response) => {
        response.on("error", (error) => unreached(messageOf(error)));
        const { statusCode = 0, headers } = response;
        if (statusCode >= 200 && statusCode < 300) return take(response, resolve);
        readAll(response, (whole) => {
          resolve({ is: "refused", problem: problemOf(statusCode, whole, headers["retry-after"]) });
        });
      });
      request.end(text);
    });
  };
  return {
    request: (request) =>
      send(
        request,
        (response, done) => readAll(response, (text) => done({ is: "done", text })),
        undefined,
      ),
    stream: (path, line, signal) =>
      send({ method: "GET", path }, (response, done) => readLines(response, line, done), signal),
    close: () => agent?.of.destroy(),
  };
}

function readAll(response: http.IncomingMessage, done: (text: string) => void): void {
  const chunks: Buffer[] = [];
  let bytes = 0;
  response.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > mostBytes) response.destroy(new Error("the answer is too long"));
    else chunks.push(chunk);
  });
  response.on("end", () => done(Buffer.concat(chunks).toString("utf8")));
}

function readLines(
  response: http.IncomingMessage,
  line: (text: string) => void,
  done: (answer: ApiAnswer) => void,
): void {
  let rest = "";
  response.setEncoding("utf8");
  response.on("data", (text: string) => {
    const parts = (rest + text).split("\n");
    rest = parts.pop() ?? "";
    for (const part of parts) if (part !== "") line(part);
  });
  response.on("end", () => done({ is: "done", text: "" }));
  // A server that goes away in the middle ends nothing.
  response.on("close", () => done({ is: "done", text: "" }));
}
