import { onTestFinished, test, expect } from "vitest";
import { defaultTls } from "../../src/opamp-client/transport/client-options.ts";
import { type PostRequest, type PostAnswer, createPost } from "../../src/telemetry/post.ts";
import { createAuthority } from "../helpers/net/certificates.ts";
import { type ConnectProxy, startConnectProxy } from "../helpers/net/connect-proxy.ts";
import { encodeOtlp } from "../helpers/otlp/otlp-messages.ts";
import { type TelemetrySink, startTelemetrySink } from "../helpers/otlp/telemetry-sink.ts";
import { until } from "../helpers/until.ts";

const authority = createAuthority();
const taken = { is: "answered", status: 200, retryAfterMs: undefined } as const;
const schemes = ["http", "https"] as const;

function send(
  url: string,
  environment: Readonly<Record<string, string>> = {},
  changes: Partial<PostRequest> = {},
): Promise<PostAnswer> {
  const post = createPost(new Map(Object.entries(environment)));
  return post({
    url,
    headers: { authorization: "Bearer for-the-receiver" },
    body: Buffer.from("all of it"),
    timeoutMs: 10_000,
    tls: { ...defaultTls, ca: authority.cert, includeSystemCa: false },
    signal: new AbortController().signal,
    ...changes,
  });
}

interface Scene {
  readonly sink: TelemetrySink;
  readonly proxy: ConnectProxy;
  readonly url: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** A receiver whose name only the environment's proxy knows. */
async function behindProxy(
  scheme: (typeof schemes)[number],
  options: Parameters<typeof startConnectProxy>[0] = {},
): Promise<Scene> {
  const tls = scheme === "https" ? authority.issue({ names: ["otlp.invalid"] }) : undefined;
  const sink = await startTelemetrySink(0, tls);
  const proxy = await startConnectProxy({ ...options, to: sink.port });
  onTestFinished(() => proxy.close());
  const environment = { [`${scheme.toUpperCase()}_PROXY`]: proxy.url };
  return { sink, proxy, environment, url: `${scheme}://otlp.invalid:4318/v1/logs` };
}

test.each(schemes)("over %s the environment's proxy is used, with its password", async (scheme) => {
  const { sink, proxy, url, environment } = await behindProxy(scheme, { pair: "user:pass" });
  expect(await send(url, environment)).toEqual(taken);
  expect(proxy.asked.all).toMatchObject([
    scheme === "http"
      ? { method: "POST", target: url }
      : { method: "CONNECT", target: "otlp.invalid:4318" },
  ]);
  const [received] = sink.requests;
  expect(String(received?.body)).toBe("all of it");
  expect(received?.headers).toMatchObject({
    host: "otlp.invalid:4318",
    authorization: "Bearer for-the-receiver",
  });
  expect(received?.headers).not.toHaveProperty("proxy-authorization");
});

test.each(schemes)("over %s this machine itself is reached without a proxy", async (scheme) => {
  const sink = await startTelemetrySink(0, scheme === "https" ? authority.issue() : undefined);
  const environment = { ALL_PROXY: "http://127.0.0.1:1" };
  expect(await send(`${scheme}://127.0.0.1:${sink.port}/`, environment)).toEqual(taken);
});

test("a receiver that NO_PROXY names is asked directly", async () => {
  const { port } = await startTelemetrySink();
  // This machine too, but not by its loopback.
  const url = `http://0.0.0.0:${port}/`;
  const environment = { HTTP_PROXY: "http://127.0.0.1:1", NO_PROXY: "0.0.0.0" };
  expect(await send(url, environment)).toEqual(taken);
});

test.each([
  ["https", 407, /the proxy 127\.0\.0\.1:\d+ does not accept the name and password/],
  ["http", 407, /the proxy 127\.0\.0\.1:\d+ does not accept the name and password/],
  ["https", 502, /the proxy 127\.0\.0\.1:\d+ could not reach otlp\.invalid:4318/],
  ["https", "cut", /the proxy 127\.0\.0\.1:\d+ could not be used/],
  ["https", "hang", /the proxy made no connection within 100 ms/],
  ["http", "hang", /within 100 ms/],
] as const)("over %s a proxy that answers %s is told, and nothing is lost", async (...row) => {
  const [scheme, answer, words] = row;
  const { url, environment } = await behindProxy(scheme, { pair: "user:planted", answer });
  const timeoutMs = answer === "hang" ? 100 : 10_000;
  const failure = await send(url, environment, { timeoutMs });
  expect(failure).toEqual({ is: "failed", why: expect.stringMatching(words) as string });
  expect(JSON.stringify(failure)).not.toContain("planted");
});

test("a proxy that is none is told without its password", async () => {
  const environment = { HTTPS_PROXY: "socks5://user:planted@proxy" };
  const failure = await send("https://otlp.invalid/v1/logs", environment);
  expect(failure).toMatchObject({
    is: "failed",
    why: expect.stringMatching(/^no way to otlp\.invalid: HTTPS_PROXY: /) as string,
  });
  expect(JSON.stringify(failure)).not.toContain("planted");
});

test.each(schemes)("over %s a request that waits for a proxy can be ended", async (scheme) => {
  const { proxy, url, environment } = await behindProxy(scheme, { answer: "hang" });
  const abort = new AbortController();
  const answer = send(url, environment, { signal: abort.signal });
  await until(() => proxy.asked.all.length === 1);
  abort.abort();
  expect(await answer).toMatchObject({ is: "failed" });
});

test("a request that has been ended before it began fails", async () => {
  const { url, environment } = await behindProxy("https");
  const answer = await send(url, environment, { signal: AbortSignal.abort() });
  expect(answer).toMatchObject({ is: "failed" });
});

test("what the receiver did not take is read from its answer", async () => {
  const sink = await startTelemetrySink();
  const body = encodeOtlp("ExportLogsServiceResponse", {
    partialSuccess: { rejectedLogRecords: 3 },
  });
  sink.answerWith((response) => {
    response.writeHead(200, { "content-type": "application/x-protobuf" }).end(body);
  });
  const rejected = { items: 3, why: "the receiver took only a part" };
  expect(await send(`http://127.0.0.1:${sink.port}/`)).toEqual({ ...taken, rejected });
});

test("an answer that ends early or never counts by its status, as it has been taken", async () => {
  const sink = await startTelemetrySink();
  const url = `http://127.0.0.1:${sink.port}/`;
  const begin = { "content-type": "application/x-protobuf", "content-length": "100" };
  sink.answerWith((response) =>
    response.writeHead(200, begin).write("begun", () => response.destroy()),
  );
  expect(await send(url)).toEqual(taken);
  sink.answerWith((response) => response.writeHead(200, begin).write("begun"));
  expect(await send(url, {}, { timeoutMs: 1_000 })).toEqual(taken);
});

test("an answer without end is not read to its end", async () => {
  const sink = await startTelemetrySink();
  let closed = false;
  sink.answerWith((response) => {
    const more = (): void => {
      while (!response.destroyed && response.write("x".repeat(10_000)));
    };
    response.writeHead(200, { "content-type": "application/x-protobuf" });
    response.on("drain", more).on("close", () => (closed = true));
    more();
  });
  expect(await send(`http://127.0.0.1:${sink.port}/`)).toEqual(taken);
  await until(() => closed);
});
