import { once } from "node:events";
import { type IncomingHttpHeaders, createServer, type IncomingMessage } from "node:http";
import { type ServerOptions, createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

/** What was asked of the authorization server. */
export interface TokenRequest {
  readonly headers: IncomingHttpHeaders;
  readonly form: Readonly<Record<string, string>>;
}

/** Its answer; `hang` never comes, `half` begins and does not end. */
export type TokenReply =
  { readonly status?: number; readonly body?: string | object } | "hang" | "half";

/** A real authorization server on loopback; the answer may be changed at any time. */
export interface TokenServer {
  readonly url: string;
  readonly requests: readonly TokenRequest[];
  /** By the number of the request, from 1. */
  answer: (count: number, request: TokenRequest) => TokenReply;
}

/** Starts one that hands out `token-1`, `token-2`, each for an hour; ends with the test. */
export async function startTokenServer(tls?: ServerOptions): Promise<TokenServer> {
  const requests: TokenRequest[] = [];
  const server = tls === undefined ? createServer() : createTlsServer(tls);
  server.on("request", (request: IncomingMessage, response) => {
    void collect(request).then((text) => {
      const seen = {
        headers: request.headers,
        form: Object.fromEntries(new URLSearchParams(text)),
      };
      requests.push(seen);
      const reply = tokens.answer(requests.length, seen);
      if (reply === "hang") return;
      if (reply === "half") {
        response.writeHead(200, { "content-length": 1_000 });
        response.write("{");
        return;
      }
      const { status = 200, body = "" } = reply;
      response.writeHead(status, { "content-type": "application/json" });
      response.end(typeof body === "string" ? body : JSON.stringify(body));
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  const tokens: TokenServer = {
    url: `http${tls === undefined ? "" : "s"}://127.0.0.1:${port}/token`,
    requests,
    answer: (count) => ({ body: { access_token: `token-${count}`, expires_in: 3600 } }),
  };
  return tokens;
}

async function collect(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
