import * as http from "node:http";
import { randomUUID } from "node:crypto";
import { messageOf, systemCodeOf } from "../../errors.ts";
import { connectionLimit, holdAtMost } from "../../files/connection-limit.ts";
import type { Metric } from "../../telemetry/metric.ts";
import { ownResource } from "../../telemetry/own-resource.ts";
import { prometheusText } from "../../telemetry/prometheus-text.ts";
import type { Logger } from "../log/log.ts";
import type { HealthPageSettings, PageTls } from "../settings/settings.ts";
import type { PageAnswer } from "./health-answers.ts";

/** What the page shows. */
export interface PageSources {
  /** Undefined where there is no such path. */
  readonly answer: (path: string) => PageAnswer | undefined;
  readonly metrics: () => readonly Metric[];
  readonly version: string;
  /** Attributes of the metrics' resource that the operator wrote. */
  readonly resource: ReadonlyMap<string, string>;
}

type Answer = (request: http.IncomingMessage, response: http.ServerResponse) => void;

/** More than this at once are not held: the agent needs the files that they would take. */
const mostConnections = 100;
/** Whoever has a question asks it, and takes the answer, long before. */
const patienceMs = 5_000;
const usualForm = { withScope: true, withTypeSuffix: true, withUnits: true };
const metricsType = "text/plain; version=0.0.4; charset=utf-8";

/** Serves the page until the function that comes back is called. Where that fails the log says so and all else goes on. */
export function openHealthPage(
  { host, port, tls }: HealthPageSettings,
  sources: PageSources,
  log: Logger,
): () => void {
  const own = ownResource(sources.resource, sources.version, randomUUID());
  const failed = (error: unknown): void => {
    const taken = systemCodeOf(error) === "EADDRINUSE";
    const reason = taken
      ? "another process has this port: write another one in healthcheck.endpoint"
      : messageOf(error);
    log.error({ host, port, reason }, "the health page could not be opened");
  };
  const answer: Answer = (request, response) => {
    const path = request.url?.split("?")[0] ?? "";
    const isMetrics = path === "/metrics";
    const found = isMetrics
      ? { status: 200, text: prometheusText(sources.metrics(), own, usualForm) }
      : sources.answer(path);
    if (found === undefined) {
      end(request, response, 404, "there are /health, /livez, /readyz and /metrics\n");
    } else if (request.method !== "GET" && request.method !== "HEAD") {
      response.setHeader("allow", "GET, HEAD");
      end(request, response, 405, "expected GET\n");
    } else if (isMetrics) {
      end(request, response, 200, found.text, metricsType);
    } else {
      end(request, response, found.status, `${found.text}\n`);
    }
  };
  try {
    const server = serverFor(tls, answered(answer, log));
    holdAtMost(server, connectionLimit(mostConnections));
    server.headersTimeout = patienceMs;
    server.requestTimeout = patienceMs;
    server.setTimeout(2 * patienceMs);
    server.on("error", failed);
    server.listen(port, ...(host === "" ? [] : [host]), () => {
      const address = server.address();
      const opened = typeof address === "object" && address !== null ? address.port : port;
      log.info({ host, port: opened }, "the health page is open");
    });
    server.unref();
    return () => {
      server.close();
      server.closeAllConnections();
    };
  } catch (error) {
    // A certificate and a key that do not belong together.
    failed(error);
    return () => undefined;
  }
}

/** What cannot be answered now, as where no file can be opened, is an answer too: the connection is not left waiting. */
function answered(answer: Answer, log: Logger): Answer {
  return (request, response) => {
    try {
      answer(request, response);
    } catch (error) {
      log.error({ path: request.url, reason: messageOf(error) }, "the health page has no answer");
      if (!response.headersSent) end(request, response, 500, "this cannot be answered now\n");
    }
  };
}

function serverFor(tls: PageTls | undefined, answer: Answer): http.Server {
  const checks = { connectionsCheckingInterval: patienceMs };
  if (tls === undefined) return http.createServer(checks, answer);
  const { cert, key, clientCa, minVersion, maxVersion, ciphers, curves } = tls;
  // Not an import: loading TLS costs some milliseconds, and few pages have it.
  return process.getBuiltinModule("node:https").createServer(
    {
      ...{ cert, key, minVersion, ...checks },
      ...(clientCa === undefined ? {} : { ca: clientCa, requestCert: true }),
      ...(maxVersion === undefined ? {} : { maxVersion }),
      ...(ciphers === undefined ? {} : { ciphers }),
      ...(curves === undefined ? {} : { ecdhCurve: curves }),
    },
    answer,
  );
}

function end(
  { method }: http.IncomingMessage,
  response: http.ServerResponse,
  status: number,
  text: string,
  type = "text/plain; charset=utf-8",
): void {
  response.writeHead(status, { "content-type": type, "cache-control": "no-store" });
  response.end(method === "HEAD" ? undefined : text);
}
