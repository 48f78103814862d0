import { onTestFinished, test, expect } from "vitest";
import { defaultTls } from "../../src/opamp-client/transport/client-options.ts";
import { createAuthority } from "../helpers/net/certificates.ts";
import { startConnectProxy } from "../helpers/net/connect-proxy.ts";
import { type FakeServer, startFakeServer } from "../helpers/opamp/fake-opamp-server.ts";
import { type FaultWay, faultWay, type Fault } from "../helpers/net/fault-way.ts";
import { freePorts } from "../helpers/net/free-ports.ts";
import { until } from "../helpers/until.ts";
import { lookingFor, reason, goesOnTrying } from "./client.ts";

const authority = createAuthority("Ours");
const tls = { ...defaultTls, ca: authority.cert, includeSystemCa: false };
type Scheme = "ws" | "wss" | "http" | "https";
const schemes: readonly Scheme[] = ["ws", "wss", "http", "https"];

const isSecure = (scheme: Scheme): boolean => scheme === "wss" || scheme === "https";

async function behind(
  scheme: Scheme,
): Promise<{ readonly server: FakeServer; readonly way: FaultWay }> {
  const server = await startFakeServer(isSecure(scheme) ? { tls: authority.issue() } : {});
  return { server, way: await faultWay(server.port, onTestFinished) };
}

interface Row {
  readonly what: string;
  readonly fault: Fault;
  readonly words: Readonly<Record<Scheme, string>>;
}

// A busy machine takes a while to connect with itself.
const late = { connectTimeoutMs: 500, answerTimeoutMs: 500 };
const mayBeCertificate =
  "it may want another client certificate (tls.cert_file), or not speak this protocol on that port";
const brokenAtOnce =
  "the other side broke the connection off: it may want TLS (wss or https), or not speak this protocol on that port";
const brokenHandshake = `the other side broke the connection off in the middle of the TLS handshake: ${mayBeCertificate}`;

const rows: readonly Row[] = [
  {
    what: "takes connections and says nothing",
    fault: "silence",
    words: {
      ws: "no answer within 500 ms",
      wss: "the TLS handshake did not end within 500 ms",
      http: "no answer within 500 ms",
      https: "the TLS handshake did not end within 500 ms",
    },
  },
  {
    what: "breaks them as soon as something comes",
    fault: "reset",
    words: { ws: brokenAtOnce, wss: brokenHandshake, http: brokenAtOnce, https: brokenHandshake },
  },
  {
    what: "breaks them in the middle of an answer",
    fault: { cutAfter: 30 },
    words: { ws: brokenAtOnce, wss: brokenHandshake, http: brokenAtOnce, https: brokenHandshake },
  },
  {
    what: "speaks something else",
    fault: { say: "220 mail.test ESMTP\r\n" },
    words: {
      ws: "what answers there does not speak HTTP: check host and port",
      wss: "the server does not speak TLS on that port: use ws or http, or another port",
      http: "what answers there does not speak HTTP: check host and port",
      https: "the server does not speak TLS on that port: use ws or http, or another port",
    },
  },
  {
    what: "answers with an alert of TLS",
    fault: { say: Uint8Array.of(0x15, 0x03, 0x03, 0x00, 0x02, 0x02, 0x46) },
    words: {
      ws: "the server speaks TLS on that port: use wss or https",
      wss: "the server speaks none of the TLS versions that are allowed here",
      http: "the server speaks TLS on that port: use wss or https",
      https: "the server speaks none of the TLS versions that are allowed here",
    },
  },
  {
    what: "ends them without a word",
    fault: { say: "" },
    words: { ws: brokenAtOnce, wss: brokenHandshake, http: brokenAtOnce, https: brokenHandshake },
  },
];

test.each(rows.flatMap((row) => schemes.map((scheme) => [scheme, row.what, row] as const)))(
  "%s: a place that %s is told, tried again and outlived, and leaves nothing open",
  async (scheme, _what, { fault, words }) => {
    const { way } = await behind(scheme);
    way.become(fault);
    const watched = lookingFor(`${scheme}://127.0.0.1:${way.port}/v1/opamp`, { tls, ...late });
    expect(await reason(watched)).toContain(
      `connection to 127.0.0.1:${way.port} failed: ${words[scheme]}`,
    );
    await goesOnTrying(watched);
    way.become("pass");
    await watched.link("accepted");
    // The one in use has two ends.
    await until(() => way.open() <= 2);
  },
);

test.each(["ws", "http"] as const)("%s where the server speaks TLS is told", async (scheme) => {
  const { way } = await behind("wss");
  const watched = lookingFor(`${scheme}://127.0.0.1:${way.port}/v1/opamp`);
  expect(await reason(watched)).toContain("it may want TLS (wss or https)");
});

test.each(["wss", "https"] as const)("%s where the server does not is told", async (scheme) => {
  const { way } = await behind("ws");
  const watched = lookingFor(`${scheme}://127.0.0.1:${way.port}/v1/opamp`, { tls });
  expect(await reason(watched)).toContain(
    "the server does not speak TLS on that port: use ws or http, or another port",
  );
});

test.each(["http", "https"] as const)(
  "over %s the end in the middle of a body is told",
  async (scheme) => {
    const server = await startFakeServer(isSecure(scheme) ? { tls: authority.issue() } : {});
    let whole = false;
    // More is announced than comes.
    server.script.intercept = () =>
      whole ? undefined : { headers: { "content-length": "5000", connection: "close" } };
    const watched = lookingFor(server.httpUrl, { tls });
    expect(await reason(watched)).toContain("failed: it ended in the middle of an answer");
    await goesOnTrying(watched);
    whole = true;
    await watched.link("accepted");
  },
);

test.each(schemes)("%s: nothing that listens is told, until something does", async (scheme) => {
  const [port = 0] = await freePorts(1);
  const watched = lookingFor(`${scheme}://127.0.0.1:${port}/v1/opamp`, { tls });
  expect(await reason(watched)).toBe(
    `connection to 127.0.0.1:${port} failed: nothing listens there: check host and port, and whether the server runs (connect ECONNREFUSED 127.0.0.1:${port})`,
  );
  await goesOnTrying(watched);
  await startFakeServer({
    port,
    ...(isSecure(scheme) && { tls: authority.issue() }),
  });
  await watched.link("accepted");
});

test.each(schemes)(
  "%s: a name that does not exist is told, until there is a way to it",
  async (scheme) => {
    const server = await startFakeServer(
      isSecure(scheme) ? { tls: authority.issue({ names: ["opamp.invalid"] }) } : {},
    );
    const proxy = await startConnectProxy({ to: server.port });
    onTestFinished(() => proxy.close());
    let known = false;
    const dial = () =>
      Promise.resolve(known ? { proxy: { url: proxy.url, headers: new Map() } } : {});
    const watched = lookingFor(`${scheme}://opamp.invalid:4320/v1/opamp`, { tls, dial });
    // Which of the two depends on the name service of the machine.
    expect(await reason(watched)).toMatch(
      /^connection to opamp\.invalid:4320 failed: (?:the host name does not exist: check it, and the name service of this machine|the name service did not answer: check the network of this machine) \(getaddrinfo /,
    );
    await goesOnTrying(watched);
    known = true;
    await watched.link("accepted");
  },
);

test.each(schemes)("%s: a proxy that refuses is told, until it does not", async (scheme) => {
  const server = await startFakeServer(
    isSecure(scheme) ? { tls: authority.issue({ names: ["opamp.invalid"] }) } : {},
  );
  const proxy = await startConnectProxy({ to: server.port, answer: 403 });
  onTestFinished(() => proxy.close());
  const way = { url: proxy.url, headers: new Map() };
  const options = { tls, proxy: way, deniedDelayMs: 1 };
  const watched = lookingFor(`${scheme}://opamp.invalid:4320/v1/opamp`, options);
  expect(await reason(watched)).toBe(
    scheme === "http"
      ? "opamp.invalid:4320 answered with HTTP status 403: these credentials may not do this: check the configured headers"
      : `connection to opamp.invalid:4320 failed: the proxy 127.0.0.1:${proxy.port} refused to connect to opamp.invalid:4320 (HTTP status 403): have it allowed there, or go around the proxy with no_proxy`,
  );
  await goesOnTrying(watched);
  proxy.answer = undefined;
  await watched.link("accepted");
});
