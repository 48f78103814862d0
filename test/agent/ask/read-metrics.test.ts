import { type RequestListener, type ServerResponse } from "node:http";
import { test, expect } from "vitest";
import { readMetrics } from "../../../src/agent/ask/read-metrics.ts";
import { type CountedServer, countedServer } from "../../helpers/net/counted-server.ts";

/** Where nothing depends on the limit it is so long that it never matters. */
const patientMs = 60_000;

async function serve(answer: RequestListener): Promise<CountedServer & { url: string }> {
  const server = await countedServer(answer);
  return { ...server, url: `http://127.0.0.1:${server.port}/metrics` };
}

function writeForEver(response: ServerResponse): void {
  const more = (error?: Error | null): void => {
    // Newer versions of Node call back for ever where the other side is gone.
    if (error == null && !response.destroyed) response.write("x".repeat(256 * 1024), more);
  };
  more();
}

test("the text is given as it is, whole, and the connection is closed", async () => {
  const text = `a 1\n# é\n${"b 2\n".repeat(100_000)}`;
  const asked: (string | undefined)[] = [];
  const { url, allClosed } = await serve((request, response) => {
    asked.push(request.method, request.url, request.headers.accept);
    response.end(text);
  });
  expect(await readMetrics(url, patientMs)).toEqual({ is: "read", text });
  expect(asked).toEqual(["GET", "/metrics", "text/plain;version=0.0.4"]);
  await allClosed();
});

test("characters that are cut by the network come out whole", async () => {
  // Three bytes each: whatever the size of a packet, some end in the middle of one.
  const text = "€".repeat(500_000);
  const { url } = await serve((_, response) => response.end(text));
  const answer = await readMetrics(url, patientMs);
  expect(answer.is === "read" && answer.text === text).toBe(true);
});

test("a second reading is made on a connection of its own", async () => {
  const ports = new Set<number | undefined>();
  const { url } = await serve((request, response) => {
    ports.add(request.socket.remotePort);
    response.end();
  });
  for (let round = 0; round < 3; round += 1) await readMetrics(url, patientMs);
  expect(ports.size).toBe(3);
});

test.each([404, 503, 301, 204])("an answer of code %i is not read", async (code) => {
  const { url, allClosed } = await serve((_, response) => response.writeHead(code).end("a 1"));
  expect(await readMetrics(url, patientMs)).toEqual({
    is: "unreadable",
    why: `${url} answered ${code}`,
  });
  await allClosed();
});

test("a text without an end is given up, never used in part", async () => {
  const { url, allClosed } = await serve((_, response) => writeForEver(response));
  expect(await readMetrics(url, patientMs)).toEqual({
    is: "unreadable",
    why: `${url} answered with more than 4194304 bytes`,
  });
  await allClosed();
});

test.each<[string, RequestListener]>([
  ["never answers", () => undefined],
  ["stops in the middle of its answer", (_, response) => void response.write("a 1\n")],
])("a server that %s is given up after the limit and let go", async (_name, answer) => {
  const { url, allClosed } = await serve(answer);
  expect(await readMetrics(url, 50)).toEqual({
    is: "unreadable",
    why: `no answer from ${url} within 50 ms`,
  });
  await allClosed();
});

test("an answer that breaks off is not used", async () => {
  const { url, allClosed } = await serve((request, response) => {
    response.writeHead(200, { "content-length": 100 });
    response.write("a 1\n", () => request.socket.destroy());
  });
  expect(await readMetrics(url, patientMs)).toEqual({
    is: "unreadable",
    why: `${url} could not be read: ECONNRESET`,
  });
  await allClosed();
});

test("where nothing listens that is said", async () => {
  const { url, stop } = await serve(() => undefined);
  await stop();
  expect(await readMetrics(url, patientMs)).toEqual({
    is: "unreadable",
    why: `nothing listens at ${url}`,
  });
});

test.each(["http://", "https://127.0.0.1:1/", "http://127.0.0.1:99999/", "nonsense"])(
  "the address %s is a complaint, not an exception",
  async (url) => {
    expect((await readMetrics(url, patientMs)).is).toBe("unreadable");
  },
);
