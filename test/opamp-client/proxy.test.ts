import { onTestFinished, test, expect } from "vitest";
import { defaultTls, type ClientOptions } from "../../src/opamp-client/transport/client-options.ts";
import { createAuthority } from "../helpers/net/certificates.ts";
import { type ConnectProxy, startConnectProxy } from "../helpers/net/connect-proxy.ts";
import { type Watched, watchedClient, someReport } from "../helpers/opamp/fake-client.ts";
import { type FakeServer, startFakeServer, type Seen } from "../helpers/opamp/fake-opamp-server.ts";

const authority = createAuthority();
const tls = { ...defaultTls, ca: authority.cert, includeSystemCa: false };
const schemes = ["ws", "wss", "http", "https"] as const;
type Scheme = (typeof schemes)[number];

interface Run extends Watched {
  readonly server: FakeServer;
  readonly proxy: ConnectProxy;
}

/** A client whose only way to its server is a proxy: nobody else knows the host of the endpoint. */
async function through(
  scheme: Scheme,
  options: NonNullable<Parameters<typeof startConnectProxy>[0]> = {},
  more: Partial<ClientOptions> = {},
  headers: ReadonlyMap<string, readonly string[]> = new Map(),
): Promise<Run> {
  const secure = scheme === "wss" || scheme === "https";
  const server = await startFakeServer(
    secure ? { tls: authority.issue({ names: ["opamp.invalid"] }) } : {},
  );
  const proxy = await startConnectProxy({ ...options, to: server.port });
  onTestFinished(() => proxy.close());
  const endpoint = `${scheme}://opamp.invalid:4320/v1/opamp`;
  const way = { url: proxy.url, headers };
  const watched = watchedClient({ endpoint, tls, proxy: way, stopTimeoutMs: 200, ...more });
  onTestFinished(() => watched.client.stop());
  watched.client.report(someReport());
  watched.client.start();
  return { server, proxy, ...watched };
}

function reasonOf(event: unknown): string {
  return (event as { readonly link: { readonly reason: string } }).link.reason;
}

function requestHeaders(server: FakeServer): readonly object[] {
  return server.seen.all.flatMap((one: Seen) =>
    one.saw === "request" ? [one.request.headers] : [],
  );
}

const proxies = [
  ["http", undefined],
  ["https", { ...authority.issue() }],
] as const;

test.each(proxies.flatMap((proxy) => schemes.map((scheme) => [scheme, ...proxy] as const)))(
  "C-165 %s goes through a proxy that is reached by %s and wants a password",
  async (scheme, _by, proxyTls) => {
    const { link, proxy, server } = await through(scheme, {
      pair: "user:p4ss%word",
      ...(proxyTls && { tls: proxyTls }),
    });
    await link("accepted");
    const [first] = proxy.asked.all;
    expect(first).toMatchObject(
      scheme === "http"
        ? { method: "POST", target: "http://opamp.invalid:4320/v1/opamp" }
        : { method: "CONNECT", target: "opamp.invalid:4320" },
    );
    expect(first?.headers.host).toBe("opamp.invalid:4320");
    expect(requestHeaders(server)[0]).toMatchObject({ host: "opamp.invalid:4320" });
    expect(requestHeaders(server)[0]).not.toHaveProperty("proxy-authorization");
  },
);

test("C-165 a proxy that wants a client certificate gets the one of the connection", async () => {
  const client = authority.issue({ usage: "client" });
  const asking = { ...authority.issue(), ca: authority.cert, requestCert: true };
  const withCertificate = { tls: { ...tls, cert: client.cert, key: client.key } };
  const { link } = await through("wss", { tls: asking }, withCertificate);
  await link("accepted");
});

test.each(schemes)("C-167 headers for the proxy never reach the server, %s", async (scheme) => {
  const headers = new Map([["X-Team", ["one"]]]);
  const { link, proxy, server } = await through(scheme, {}, {}, headers);
  await link("accepted");
  const shown = proxy.asked.all.map((each) => each.headers["x-team"]);
  // A proxy that is asked for a whole address would hand them on.
  expect(shown[0]).toBe(scheme === "http" ? undefined : "one");
  for (const each of requestHeaders(server)) expect(each).not.toHaveProperty("x-team");
});

test.each(schemes)(
  "C-167 the headers of the server never reach the proxy's CONNECT, %s",
  async (scheme) => {
    const headers = new Map([["Authorization", ["Bearer for-the-server"]]]);
    const { link, proxy, server } = await through(scheme, {}, { headers });
    await link("accepted");
    const asked = proxy.asked.all.filter(({ method }) => method === "CONNECT");
    for (const each of asked) expect(each.headers).not.toHaveProperty("authorization");
    expect(requestHeaders(server)[0]).toMatchObject({ authorization: "Bearer for-the-server" });
  },
);

test("C-167 an authorization that is written for the proxy stands for that of its URL", async () => {
  const basic = `Basic ${Buffer.from("user:secret").toString("base64")}`;
  const headers = new Map([["proxy-authorization", [basic]]]);
  const { link } = await through("http", { pair: "user:secret" }, {}, headers);
  await link("accepted");
});

test.each([
  ["ws", 403, "refused to connect to opamp.invalid:4320 (HTTP status 403)"],
  ["https", 403, "refused to connect to opamp.invalid:4320 (HTTP status 403)"],
  ["wss", 502, "could not reach opamp.invalid:4320 (HTTP status 502)"],
  ["ws", 407, "wants a name and a password (HTTP status 407)"],
  ["http", 407, "the proxy wants a name and a password"],
  ["wss", "cut", "could not be used"],
] as const)(
  "over %s a proxy that answers %s is told so, and tried again",
  async (scheme, answer, words) => {
    const { link, proxy } = await through(scheme, { answer });
    const reason = reasonOf(await link("waiting"));
    expect(reason).toContain(words);
    if (scheme !== "http") expect(reason).toContain(`the proxy 127.0.0.1:${proxy.port}`);
    proxy.answer = undefined;
    await link("accepted");
  },
);

test.each(["ws", "https"] as const)(
  "over %s a wrong password is told, but not which",
  async (scheme) => {
    const { link, events } = await through(
      scheme,
      { pair: "user:right" },
      {},
      new Map([["proxy-authorization", ["Basic c2VjcmV0"]]]),
    );
    expect(reasonOf(await link("waiting"))).toContain("does not accept the name and password");
    expect(JSON.stringify(events.all)).not.toMatch(/c2VjcmV0|right/);
  },
);

test.each(schemes)("over %s a proxy that is not there is told as that", async (scheme) => {
  const { link, proxy, events } = await through(
    scheme,
    { pair: "user:right" },
    { heartbeatIntervalMs: 20 },
  );
  await link("accepted");
  await proxy.close();
  await events.until(
    (event) =>
      event.on === "link-changed" &&
      event.link.at === "waiting" &&
      /nothing listens there/.test(event.link.reason),
  );
  expect(JSON.stringify(events.all)).not.toContain("right");
});

test.each(["ws", "https"] as const)(
  "over %s a proxy that never answers ends with the connect timeout",
  async (scheme) => {
    const { link, proxy } = await through(scheme, { answer: "hang" }, { connectTimeoutMs: 50 });
    expect(reasonOf(await link("waiting"))).toContain("the proxy made no connection within 50 ms");
    proxy.answer = undefined;
    await link("accepted");
  },
);

test("an https proxy that is not trusted gets no password", async () => {
  const other = createAuthority("Somebody");
  const { link, proxy } = await through("wss", { pair: "user:right", tls: other.issue() });
  expect(reasonOf(await link("waiting"))).toContain("could not be used");
  expect(proxy.asked.all).toEqual([]);
});
