import * as http from "node:http";
import { systemCodeOf, messageOf } from "../errors.ts";
import { connectionLimit, holdAtMost } from "../files/connection-limit.ts";
import type { TelemetryLog } from "./log-trouble.ts";

/** No more are ever needed at once. */
const mostConnections = 100;

/** A page that others fetch metrics from. */
interface PrometheusPage {
  readonly close: () => void;
}

/** Serves `/metrics`; where the port cannot be had the log says so and the program goes on without the page. */
export function servePrometheus(
  { host, port }: { readonly host: string; readonly port: number },
  text: () => string,
  log: TelemetryLog,
): PrometheusPage {
  const server = http.createServer((request, response) => {
    if (request.url?.split("?")[0] !== "/metrics") {
      response.writeHead(404, { "content-type": "text/plain" }).end("metrics are at /metrics\n");
      return;
    }
    if (request.method !== "GET" && request.method !== "HEAD") {
      response.writeHead(405, { allow: "GET, HEAD" }).end();
      return;
    }
    let page: string;
    try {
      page = text();
    } catch (error) {
      log.warn({ host, port, reason: messageOf(error) }, "the page for Prometheus has no answer");
      response.writeHead(500).end();
      return;
    }
    response.writeHead(200, { "content-type": "text/plain; version=0.0.4; charset=utf-8" });
    response.end(request.method === "HEAD" ? undefined : page);
  });
  holdAtMost(server, connectionLimit(mostConnections));
  server.on("error", (error) => {
    const reason =
      systemCodeOf(error) === "EADDRINUSE"
        ? "another process has this port: choose another one in telemetry.metrics.readers"
        : messageOf(error);
    log.warn({ host, port, reason }, "the page for Prometheus could not be opened");
  });
  server.listen(port, host, () => {
    const address = server.address();
    const opened = typeof address === "object" && address !== null ? address.port : port;
    log.info({ host, port: opened }, "the page for Prometheus is open");
  });
  server.unref();
  return {
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
