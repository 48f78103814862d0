import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

/** Where a collector sends its spans to; counts what arrives. */
export interface OtlpSink {
  readonly port: number;
  readonly spans: () => number;
  readonly requests: () => number;
  /** From now on everything is refused with this code; undefined: taken again. */
  readonly refuseWith: (status: number | undefined) => void;
}

interface Traces {
  readonly resourceSpans?: readonly {
    readonly scopeSpans?: readonly { readonly spans?: readonly unknown[] }[];
  }[];
}

/** Listens for OTLP/HTTP JSON on a port that the system chooses; gone with the test. */
export async function startOtlpSink(): Promise<OtlpSink> {
  let [spans, requests] = [0, 0];
  let refusal: number | undefined;
  const server = createServer((request, response) => {
    void textOf(request).then((text) => {
      requests += 1;
      if (refusal === undefined) spans += spansIn(text);
      response.writeHead(refusal ?? 200, { "content-type": "application/json" }).end("{}");
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    port: (server.address() as AddressInfo).port,
    spans: () => spans,
    requests: () => requests,
    refuseWith: (status) => {
      refusal = status;
    },
  };
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}

function spansIn(text: string): number {
  const { resourceSpans = [] } = JSON.parse(text) as Traces;
  return resourceSpans
    .flatMap(({ scopeSpans = [] }) => scopeSpans)
    .reduce((count, { spans = [] }) => count + spans.length, 0);
}
