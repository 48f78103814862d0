import { once } from "node:events";
import { type RequestListener, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished, test, expect } from "vitest";
import { type Exchanged, type ExchangeTerms, exchange } from "../../src/net/exchange.ts";
import { type Requester, createRequester } from "../../src/net/requester.ts";

/** Where nothing depends on the limit it is so long that it never matters. */
const patientMs = 60_000;

interface Rig {
  readonly requester: Requester;
  readonly send: (changes?: Partial<ExchangeTerms>) => Promise<Exchanged>;
  /** How many connections the server has seen. */
  readonly connections: () => number;
}

async function rig(answer: RequestListener): Promise<Rig> {
  let connections = 0;
  const server = createServer(answer).on("connection", () => (connections += 1));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const terms = { tls: {}, proxy: undefined, keepAlive: true };
  const requester = createRequester(`http://127.0.0.1:${port}/`, terms);
  onTestFinished(() => {
    requester.end();
    server.closeAllConnections();
    server.close();
  });
  return {
    requester,
    connections: () => connections,
    send: (changes = {}) =>
      exchange(requester, {
        options: { method: "POST" },
        body: "question",
        timeoutMs: patientMs,
        maxBodyBytes: 100,
        wantsBody: () => true,
        ...changes,
      }),
  };
}

function wordsOf(outcome: Exchanged): string {
  return outcome.is === "answered" ? "" : String(outcome.error);
}

test("the answer is given back whole, and that the connection was there is told before", async () => {
  const { send } = await rig((request, response) => {
    response.writeHead(418, { "x-kind": "tea" });
    request.pipe(response);
  });
  let connected = false;
  const outcome = await send({ onConnected: () => (connected = true) });
  expect(outcome).toMatchObject({ is: "answered", status: 418, headers: { "x-kind": "tea" } });
  expect(outcome.is === "answered" && String(outcome.body)).toBe("question");
  expect(connected).toBe(true);
});

test("a body that nobody wants does not keep the connection from being used again", async () => {
  const { send, connections } = await rig((_request, response) => void response.end("no matter"));
  const wanted = { wantsBody: () => false };
  for (let count = 0; count < 6; count += 1) {
    expect(await send(wanted)).toMatchObject({ is: "answered", status: 200, body: undefined });
  }
  // A connection is free a moment after its answer, so that two may take turns.
  expect(connections()).toBeLessThanOrEqual(2);
});

test("an answer that is too long is cut, with its status", async () => {
  const { send } = await rig((_request, response) => void response.end("x".repeat(101)));
  const outcome = await send();
  expect(outcome).toMatchObject({ is: "cut", status: 200 });
  expect(wordsOf(outcome)).toContain("100 bytes");
});

test("an answer that ends early is cut", async () => {
  const { send } = await rig((_request, response) => {
    response.writeHead(200, { "content-length": 50 });
    response.write("half", () => response.destroy());
  });
  expect(await send()).toMatchObject({ is: "cut", status: 200, error: { code: "ECONNRESET" } });
});

test("the limit holds for the answer", async () => {
  const { send } = await rig(() => undefined);
  const outcome = await send({ timeoutMs: 50 });
  expect(outcome.is).toBe("failed");
  expect(wordsOf(outcome)).toContain("within 50 ms");
});

test("and for its body, whatever comes of it meanwhile", async () => {
  const { send } = await rig((_request, response) => {
    response.write("x");
    const dripping = setInterval(() => response.write("x"), 5);
    response.on("close", () => clearInterval(dripping));
  });
  const outcome = await send({ timeoutMs: 200, maxBodyBytes: 1_000_000 });
  expect(wordsOf(outcome)).toMatch(/within 200 ms/);
});

test("nobody who listens is a failure of the connection", async () => {
  const requester = createRequester("http://127.0.0.1:1/", {
    tls: {},
    proxy: undefined,
    keepAlive: false,
  });
  const terms = { body: "", timeoutMs: patientMs, maxBodyBytes: 1, wantsBody: () => true };
  const outcome = await exchange(requester, { ...terms, options: { method: "POST" } });
  expect(outcome).toMatchObject({
    is: "failed",
    error: { code: "ECONNREFUSED" },
    progress: { phase: "connection" },
  });
});

test.each(["before", "during"])("an abort %s it ends it", async (when) => {
  const controller = new AbortController();
  if (when === "before") controller.abort();
  const { send } = await rig(() => controller.abort());
  const outcome = await send({ signal: controller.signal });
  expect(outcome).toMatchObject({ is: "failed", error: { name: "AbortError" } });
});

test("a header that can never be sent is the caller's mistake", async () => {
  const { send } = await rig(() => undefined);
  await expect(send({ options: { headers: { name: "a\nb" } } })).rejects.toThrow(/name/);
});
