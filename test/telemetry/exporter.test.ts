import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, expect } from "vitest";
import { makeCertificate } from "../../src/dev-server/connections/self-signed.ts";
import { type Destination, localDestination, send } from "../../src/telemetry/destination.ts";
import { type Gathering, createExporter } from "../../src/telemetry/exporter.ts";
import { createPost } from "../../src/telemetry/post.ts";
import type { TellTrouble } from "../../src/telemetry/log-trouble.ts";
import { freePorts } from "../helpers/net/free-ports.ts";
import { decodeOtlp, encodeOtlp } from "../helpers/otlp/otlp-messages.ts";
import { type Received, startTelemetrySink } from "../helpers/otlp/telemetry-sink.ts";
import { temporaryFolder } from "../helpers/temporary-folder.ts";
import { until } from "../helpers/until.ts";

const post = createPost(new Map());
const noFiles = { certificate: undefined, clientCertificate: undefined, clientKey: undefined };
const plain = {
  to: "otlp",
  encoding: "protobuf",
  headers: new Map<string, readonly string[]>(),
  gzip: false,
  timeoutMs: 30_000,
  ...noFiles,
} as const;

function destination(port: number, changes: Partial<Destination> = {}): Destination {
  const url = `http://127.0.0.1:${port}/v1/logs`;
  return { ...localDestination({ ...plain, url }), ...changes };
}

/** Names stand for records: each is the name of a span, which is all there is to it. */
const messageOf = (names: readonly string[]) => ({
  name: "ScopeSpans",
  value: { spans: names.map((name) => ({ name })) },
});

const namesIn = ({ body }: Received): readonly string[] => {
  const { spans = [] } = decodeOtlp("ScopeSpans", body) as { spans?: { name: string }[] };
  return spans.map(({ name }) => name);
};

function exporterTo(to: Destination, gathering: Partial<Gathering> = {}) {
  const told: string[] = [];
  const trouble: TellTrouble = {
    away: (reason) => void told.push(`away: ${reason}`),
    over: () => void told.push("over"),
    refused: (items, reason) => void told.push(`refused ${items}: ${reason}`),
    dropped: (items) => void told.push(`dropped ${items}`),
  };
  const usual = { delayMs: 1, maxQueueItems: 100, maxBatchItems: 10, ...gathering };
  const exporter = createExporter(to, usual, messageOf, post, trouble);
  const add = (...names: readonly string[]) => {
    for (const name of names) exporter.add(name, name.length);
  };
  return { told, add, stop: exporter.stop };
}

test("what comes together is sent together, with the headers of the destination", async () => {
  const sink = await startTelemetrySink();
  const headers = new Map([["X-Tenant", ["one"]]]);
  const { add } = exporterTo(destination(sink.port, { headers }), { delayMs: 20 });
  add("a", "b", "c");
  const request = await until(() => sink.requests[0]);
  expect(request.path).toBe("/v1/logs");
  expect(request.headers).toMatchObject({
    "x-tenant": "one",
    "content-type": "application/x-protobuf",
    "content-length": String(request.body.length),
  });
  expect(namesIn(request)).toEqual(["a", "b", "c"]);
});

test("a full batch does not wait for the delay, and a larger number is several batches", async () => {
  const sink = await startTelemetrySink();
  const { add } = exporterTo(destination(sink.port), { delayMs: 3_600_000, maxBatchItems: 2 });
  add("a", "b", "c", "d", "e");
  await until(() => sink.requests.length === 2);
  expect(sink.requests.map(namesIn)).toEqual([
    ["a", "b"],
    ["c", "d"],
  ]);
});

test("one request is under way at most", async () => {
  const sink = await startTelemetrySink();
  let [underWay, most] = [0, 0];
  sink.answerWith((response) => {
    underWay += 1;
    most = Math.max(most, underWay);
    setTimeout(() => {
      underWay -= 1;
      response.end();
    }, 10);
  });
  const { add, stop } = exporterTo(destination(sink.port), { maxBatchItems: 1 });
  add("a", "b", "c", "d");
  await until(() => sink.requests.length >= 2);
  await stop(30_000);
  expect(sink.requests.flatMap(namesIn)).toEqual(["a", "b", "c", "d"]);
  expect(most).toBe(1);
});

test("it is packed where that is asked for", async () => {
  const sink = await startTelemetrySink();
  const { add } = exporterTo(destination(sink.port, { gzip: true }));
  add("a");
  const request = await until(() => sink.requests[0]);
  expect(request.headers["content-encoding"]).toBe("gzip");
  expect(namesIn(request)).toEqual(["a"]);
});

test("JSON has ids in hex and large numbers as text", async () => {
  const sink = await startTelemetrySink();
  const value = { traceId: new Uint8Array([0, 171]), startTimeUnixNano: 1n, kind: 1 };
  const to = destination(sink.port, { encoding: "json" });
  await send(to, { name: "Span", value }, post, new AbortController().signal);
  expect(sink.requests[0]?.headers["content-type"]).toBe("application/json");
  expect(JSON.parse(String(sink.requests[0]?.body))).toEqual({
    traceId: "00ab",
    startTimeUnixNano: "1",
    kind: 1,
  });
});

test("what is sent to a destination that is away arrives when it is there, in order", async () => {
  const [port = 0] = await freePorts(1);
  const { told, add } = exporterTo(destination(port));
  add("a", "b");
  await until(() => told.length > 0);
  add("c");
  expect(told).toEqual([expect.stringMatching(/^away: .*nothing listens there/)]);
  const sink = await startTelemetrySink(port);
  await until(() => sink.requests.flatMap(namesIn).length === 3);
  expect(sink.requests.flatMap(namesIn)).toEqual(["a", "b", "c"]);
  // Only the answer tells it.
  await until(() => told.at(-1) === "over");
});

test("of what waits too long the newest is kept", async () => {
  const [port = 0] = await freePorts(1);
  const { told, add } = exporterTo(destination(port), { maxQueueItems: 3 });
  add("a");
  await until(() => told.length > 0);
  add("b", "c", "d", "e");
  const sink = await startTelemetrySink(port);
  await until(() => sink.requests.length > 0);
  expect(sink.requests.flatMap(namesIn)).toEqual(["c", "d", "e"]);
  expect(told.filter((words) => words.startsWith("dropped"))).toEqual(["dropped 1", "dropped 1"]);
});

test("a destination that is away costs bounded memory, whatever comes", async () => {
  const [port = 0] = await freePorts(1);
  const { add, told } = exporterTo(destination(port), { maxQueueItems: 1_000_000 });
  add("first");
  await until(() => told.length > 0);
  for (let number = 0; number < 20_000; number += 1) add(`${number} `.padEnd(1_000, "x"));
  const dropped = told.reduce(
    (sum, words) => sum + Number(/^dropped (\d+)/.exec(words)?.[1] ?? 0),
    0,
  );
  expect(20_001 - dropped).toBeLessThanOrEqual((4 * 1024 * 1024) / 1_000);
});

test("a receiver that is busy is asked again when it said", async () => {
  const sink = await startTelemetrySink();
  sink.answerWith((response) => {
    sink.answerWith(undefined);
    response.writeHead(503, { "retry-after": "1" }).end();
  });
  const { told, add } = exporterTo(destination(sink.port));
  add("a");
  await until(() => sink.requests.length === 2);
  const [first, second] = sink.requests;
  expect(second!.atMs - first!.atMs).toBeGreaterThanOrEqual(990);
  expect(sink.requests.map(namesIn)).toEqual([["a"], ["a"]]);
  expect(told[0]).toBe("away: HTTP status 503");
});

test("what is refused is lost and not sent again", async () => {
  const sink = await startTelemetrySink();
  sink.answerWith((response) => response.writeHead(400).end());
  const { told, add } = exporterTo(destination(sink.port));
  add("a", "b");
  await until(() => told.length > 0);
  sink.answerWith(undefined);
  add("c");
  await until(() => sink.requests.length === 2);
  expect(sink.requests.map(namesIn)).toEqual([["a", "b"], ["c"]]);
  expect(told).toEqual(["refused 2: HTTP status 400"]);
});

test("what a receiver did not take of a batch is told and not sent again", async () => {
  const sink = await startTelemetrySink();
  const rejected = { partialSuccess: { rejectedSpans: 1, errorMessage: "too old" } };
  const body = encodeOtlp("ExportTraceServiceResponse", rejected);
  const type = "application/x-protobuf";
  sink.answerWith((response) => response.setHeader("content-type", type).end(body));
  const { told, add, stop } = exporterTo(destination(sink.port));
  add("a", "b");
  await stop(30_000);
  expect(sink.requests).toHaveLength(1);
  expect(told).toEqual(["refused 1: the receiver took only a part: too old"]);
});

test("a receiver that does not answer is given up in time", async () => {
  const sink = await startTelemetrySink();
  sink.answerWith(() => undefined);
  const { told, add } = exporterTo(destination(sink.port, { timeoutMs: 50 }));
  add("a");
  await until(() => told.length > 0);
  expect(told[0]).toMatch(/^away: .*no answer within 50 ms/);
  sink.answerWith(undefined);
  await until(() => sink.requests.length === 2);
});

test("at the end what waits is sent, and what comes then is not taken", async () => {
  const sink = await startTelemetrySink();
  const { add, stop } = exporterTo(destination(sink.port), { delayMs: 3_600_000 });
  add("a", "b");
  await stop(30_000);
  add("c");
  expect(sink.requests.flatMap(namesIn)).toEqual(["a", "b"]);
});

test("the end waits no longer than it may for a receiver that does not answer", async () => {
  const sink = await startTelemetrySink();
  sink.answerWith(() => undefined);
  const { told, add, stop } = exporterTo(destination(sink.port));
  add("a");
  await until(() => sink.requests.length === 1);
  // Without the limit it would wait for the 30 s of the request.
  await stop(50);
  expect(told.at(-1)).toBe("dropped 1");
});

test("certificates are read for each connection", async () => {
  const folder = temporaryFolder();
  const certificate = makeCertificate(Date.now());
  const sink = await startTelemetrySink(0, certificate);
  const path = join(folder, "ca.pem");
  const url = `https://127.0.0.1:${sink.port}/v1/logs`;
  const { told, add } = exporterTo(localDestination({ ...plain, url, certificate: path }));
  add("a");
  await until(() => told.length > 0);
  expect(told[0]).toContain("ENOENT");
  writeFileSync(path, makeCertificate(Date.now()).cert);
  add("b");
  writeFileSync(path, certificate.cert);
  await until(() => sink.requests.length > 0);
  expect(sink.requests.flatMap(namesIn)).toEqual(["a", "b"]);
});
