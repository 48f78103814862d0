import { once } from "node:events";
import { type RequestListener, createServer, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { onTestFinished, test, expect } from "vitest";
import { createListeners } from "../../../src/agent/ask/listener.ts";
import { probeHealth } from "../../../src/agent/ask/health-probe.ts";
import { makeCertificate } from "../../../src/dev-server/connections/self-signed.ts";
import { type CountedServer, countedServer } from "../../helpers/net/counted-server.ts";

/** Where nothing depends on the limit it is so long that it never matters. */
const patientMs = 60_000;

function answering(status: number, body: string, headers = {}): Promise<CountedServer> {
  return countedServer((_, response) => response.writeHead(status, headers).end(body));
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

test("port 0 is nothing that can be asked, and the collector's own fault", async () => {
  const answer = await probeHealth("http://127.0.0.1:0/", patientMs);
  expect(answer).toMatchObject({
    is: "unhealthy",
    why: expect.stringContaining("port 0") as string,
  });
});

test("path and host are asked as they are written", async () => {
  const asked: (string | undefined)[] = [];
  const { port } = await countedServer((request, response) => {
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
  const { port, allClosed } = await countedServer(answer);
  const url = `http://127.0.0.1:${port}/`;
  expect(await probeHealth(url, 50)).toEqual({
    is: "unhealthy",
    why: `no answer from ${url} within 50 ms`,
  });
  await allClosed();
});

test("a server that hangs up is unhealthy, with the system's word for it", async () => {
  const { port, allClosed } = await countedServer((request) => request.socket.destroy());
  const url = `http://127.0.0.1:${port}/`;
  const answer = await probeHealth(url, patientMs);
  expect(answer).toEqual({ is: "unhealthy", why: `${url} could not be asked: ECONNRESET` });
  await allClosed();
});

test.each([
  [200, { is: "healthy", upSince: undefined }],
  [503, { is: "unhealthy", why: "answered 503" }],
])("a body without an end is not read to it: code %i still speaks", async (code, expected) => {
  const { port, allClosed } = await countedServer((_, response) =>
    writeForEver(response.writeHead(code)),
  );
  const answer = await probeHealth(`http://127.0.0.1:${port}/`, patientMs);
  expect(answer).toEqual(expected);
  await allClosed();
});

test("a certificate that nobody signed is good enough for a health check", async () => {
  const server = createTlsServer(makeCertificate(Date.now()), (_, response) => response.end("OK"));
  const { port, allClosed } = await countedServer(server);
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
  const { port } = await countedServer((request, response) => {
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
