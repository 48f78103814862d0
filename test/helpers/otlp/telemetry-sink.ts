import { once } from "node:events";
import { type IncomingHttpHeaders, type ServerResponse, createServer } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { gunzipSync } from "node:zlib";
import { onTestFinished } from "vitest";

/** One request as it came. */
export interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** Unpacked. */
  readonly body: Buffer;
  readonly atMs: number;
}

/** A receiver of telemetry that answers as it is told. */
export interface TelemetrySink {
  readonly port: number;
  readonly requests: readonly Received[];
  /** Answers from now on; without one everything is taken. */
  readonly answerWith: (answer: ((response: ServerResponse) => void) | undefined) => void;
}

/** Listens on a port, by default one that the system chooses; gone with the test. */
export async function startTelemetrySink(
  port = 0,
  tls?: { readonly key: string; readonly cert: string; readonly ca?: string },
): Promise<TelemetrySink> {
  const requests: Received[] = [];
  let answer: ((response: ServerResponse) => void) | undefined;
  const listener: Parameters<typeof createServer>[1] = (request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const bytes = Buffer.concat(chunks);
      const zipped = request.headers["content-encoding"] === "gzip";
      requests.push({
        path: request.url ?? "",
        headers: request.headers,
        body: zipped ? gunzipSync(bytes) : bytes,
        atMs: performance.now(),
      });
      if (answer === undefined) response.end();
      else answer(response);
    });
  };
  const server =
    tls === undefined
      ? createServer(listener)
      : createTlsServer({ ...tls, requestCert: tls.ca !== undefined }, listener);
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    port: (server.address() as AddressInfo).port,
    requests,
    answerWith: (next) => {
      answer = next;
    },
  };
}
