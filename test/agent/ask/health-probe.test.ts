import { once } from "node:events";
import { type Server, type RequestListener, createServer, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { onTestFinished, test, expect } from "vitest";
import { createListeners } from "../../../src/agent/ask/listener.ts";
import { probeHealth } from "../../../src/agent/ask/health-probe.ts";
import { makeCertificate } from "../../../src/dev-server/connections/self-signed.ts";
import { until } from "../../helpers/until.ts";

/** Where nothing depends on the limit it is so long that it never matters. */
const patientMs = 60_000;

interface Asked {
  readonly port: number;
  /** Resolves when every connection that was made is closed again. */
  readonly allClosed: () => Promise<unknown>;
  readonly stop: () => Promise<unknown>;
}

async function listen(server: Server): Promise<Asked> {
  let opened = 0;
  let closed = 0;
  // A connection that the probe leaves open stays open.
  server.keepAliveTimeout = 0;
  server.on("connection", (socket) => {
    opened += 1;
    socket.on("error", () => undefined).on("close", () => (closed += 1));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const stop = (): Promise<unknown> => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  };
  onTestFinished(() => void stop());
  const { port } = server.address() as AddressInfo;
  return { port, allClosed: () => until(() => opened > 0 && closed === opened), stop };
}

function serve(answer: RequestListener): Promise<Asked> {
  return listen(createServer(answer));
}

function answering(status: number, body: string, headers = {}): Promise<Asked> {
  return serve((_, response) => response.writeHead(status, headers).end(body));
}

function writeForEver(response: ServerResponse): void {
  const more = (error?: Error | null): void => {
    // Newer versions of Node call back for ever where the other side is gone.
    if (error == null && !response.destroyed) response.write("x".repeat(64 * 1024), more);
  };
  more();
}

test("the collector's own answer is healthy, its nanoseconds are read", async () => {
  const upSince = "2026-01-02T03:04:05.678901234Z";
  const body = JSON.stringify({ status: "Server available", upSince, uptime: "1.2s" });
  const { port, allClosed } = await answering(200, body);
  const answer = await probeHealth(`http://127.0.0.1:${port}/`, patientMs);
  expect(answer).toEqual({
    is: "healthy",
    upSince: { unixMs: Date.parse("2026-01-02T03:04:05.678Z") },
  });
  await allClosed();
});

test("path and host are asked as they are written", async () => {
  const asked: (string | undefined)[] = [];
  const { port } = await serve((request, response) => {
    asked.push(request.method, request.url, request.headers.host);
    response.end();
  });
  await probeHealth(`http://localhost:${port}/health/status?full=1`, patientMs);
  expect(asked).toEqual(["GET", "/health/status?full=1", `localhost:${port}`]);
});

test.each(["OK", "", "null", "[1]", "7", '{"upSince":"yesterday"}', '{"status":1,"upSince":2}'])(
  "of a response body of the operator's own, %j, the status code alone speaks",
  async (body) => {
    const healthy = await answering(200, body);
    const answer = await probeHealth(`http://127.0.0.1:${healthy.port}/`, patientMs);
    expect(answer).toEqual({ is: "healthy", upSince: undefined });
    const sick = await answering(503, body);
    const other = await probeHealth(`http://127.0.0.1:${sick.port}/`, patientMs);
    expect(other).toEqual({ is: "unhealthy", why: "answered 503" });
  },
);

test("an answer without content is a healthy one without a beginning", async () => {
  const { port } = await answering(204, "");
  const answer = await probeHealth(`http://127.0.0.1:${port}/`, patientMs);
  expect(answer).toEqual({ is: "healthy", upSince: undefined });
});

test("what a collector says of itself while it is not ready is passed on", async () => {
  const body = '{"status":"Server not available","upSince":"0001-01-01T00:00:00Z","uptime":""}';
  const { port, allClosed } = await answering(503, body);
  const answer = await probeHealth(`http://127.0.0.1:${port}/`, patientMs);
  expect(answer).toEqual({ is: "unhealthy", why: "answered 503: Server not available" });
  await allClosed();
});

test.each([404, 301])("an answer of code %i is not a healthy one", async (code) => {
  const target = await answering(200, "OK");
  const location = `http://127.0.0.1:${target.port}/`;
  const { port } = await answering(code, "", { location });
  const answer = await probeHealth(`http://127.0.0.1:${port}/`, patientMs);
  expect(answer).toEqual({ is: "unhealthy", why: `answered ${code}` });
});

test.each(["127.0.0.1", "localhost"])("where nothing listens at %s that is said", async (host) => {
  const { port, stop } = await answering(200, "");
  await stop();
  const url = `http://${host}:${port}/`;
  const answer = await probeHealth(url, patientMs);
  expect(answer).toEqual({ is: "unhealthy", why: `nothing listens at ${url}` });
});

test.each<[string, RequestListener]>([
  ["never answers", () => undefined],
  ["stops in the middle of its answer", (_, response) => void response.write('{"status":')],
])("a server that %s is given up after the limit and let go", async (_name, answer) => {
  const { port, allClosed } = await serve(answer);
  const url = `http://127.0.0.1:${port}/`;
  expect(await probeHealth(url, 50)).toEqual({
    is: "unhealthy",
    why: `no answer from ${url} within 50 ms`,
  });
  await allClosed();
});

test("a server that hangs up is unhealthy, with the system's word for it", async () => {
  const { port, allClosed } = await serve((request) => request.socket.destroy());
  const url = `http://127.0.0.1:${port}/`;
  const answer = await probeHealth(url, patientMs);
  expect(answer).toEqual({ is: "unhealthy", why: `${url} could not be asked: ECONNRESET` });
  await allClosed();
});

test.each([
  [200, { is: "healthy", upSince: undefined }],
  [503, { is: "unhealthy", why: "answered 503" }],
])("a body without an end is not read to it: code %i still speaks", async (code, expected) => {
  const { port, allClosed } = await serve((_, response) => writeForEver(response.writeHead(code)));
  const answer = await probeHealth(`http://127.0.0.1:${port}/`, patientMs);
  expect(answer).toEqual(expected);
  await allClosed();
});

test("a certificate that nobody signed is good enough for a health check", async () => {
  const server = createTlsServer(makeCertificate(Date.now()), (_, response) => response.end("OK"));
  const { port, allClosed } = await listen(server);
  const answer = await probeHealth(`https://127.0.0.1:${port}/`, patientMs);
  expect(answer).toEqual({ is: "healthy", upSince: undefined });
  await allClosed();
});

test("a server without TLS that is asked by https is unhealthy, not an exception", async () => {
  const { port, allClosed } = await answering(200, "OK");
  const answer = await probeHealth(`https://127.0.0.1:${port}/`, patientMs);
  expect(answer.is).toBe("unhealthy");
  await allClosed();
});

test.each(["http://", "ftp://127.0.0.1/", "http://127.0.0.1:99999/"])(
  "the address %s is a complaint, not an exception",
  async (url) => {
    expect((await probeHealth(url, patientMs)).is).toBe("unhealthy");
  },
);

test("a second question is asked on a connection of its own", async () => {
  const ports = new Set<number | undefined>();
  const { port } = await serve((request, response) => {
    ports.add(request.socket.remotePort);
    response.end();
  });
  for (let round = 0; round < 3; round += 1) {
    await probeHealth(`http://127.0.0.1:${port}/`, patientMs);
  }
  expect(ports.size).toBe(3);
});

test("who has answered is told when the agent's process is known", async () => {
  const { port } = await answering(200, "OK");
  const url = `http://127.0.0.1:${port}/`;
  const answer = await probeHealth(url, patientMs, createListeners()(process.pid));
  expect(answer).toEqual({
    is: "healthy",
    upSince: undefined,
    listener: { is: "ours", pid: process.pid },
  });
});

test("of localhost the IPv4 address is asked first, where the collector listens", async () => {
  const { port } = await answering(200, "OK");
  const other = createServer((_, response) => response.writeHead(404).end());
  other.listen({ host: "::1", port, ipv6Only: true });
  onTestFinished(() => void other.close());
  await once(other, "listening");
  const url = `http://localhost:${port}/`;
  expect(await probeHealth(url, patientMs)).toEqual({ is: "healthy", upSince: undefined });
});
