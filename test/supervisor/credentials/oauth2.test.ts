import { momentAt } from "../../helpers/net/moment.ts";
import { generateKeyPairSync } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, expect, onTestFinished } from "vitest";
import { makeCertificate } from "../../../src/dev-server/connections/self-signed.ts";
import { type ProxyChoice, environmentsProxy } from "../../../src/net/proxy.ts";
import type { OAuth2Auth } from "../../../src/supervisor/settings/auth-settings.ts";
import { createTokenSource } from "../../../src/supervisor/credentials/oauth2.ts";
import { createAuthority } from "../../helpers/net/certificates.ts";
import { startConnectProxy, type ConnectProxy } from "../../helpers/net/connect-proxy.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";
import { type TokenServer, startTokenServer } from "../../helpers/net/token-server.ts";

const plainTls: OAuth2Auth["tls"] = {
  ca: undefined,
  cert: undefined,
  key: undefined,
  includeSystemCa: false,
  skipVerify: false,
  serverName: undefined,
  minVersion: "TLSv1.2",
  maxVersion: undefined,
  ciphers: undefined,
  curves: undefined,
};

const secret = "planted-client-secret";

interface Source {
  readonly ask: (anew?: boolean) => Promise<string>;
  readonly clock: { at: number };
  readonly warnings: readonly string[];
}

/** What decides on the way; by default nothing is in it. */
interface Around {
  readonly proxy?: ProxyChoice;
  readonly environment?: Readonly<Record<string, string>>;
}

function sourceOf(
  { url }: Pick<TokenServer, "url">,
  changes: Partial<OAuth2Auth> = {},
  { proxy = environmentsProxy, environment = {} }: Around = {},
): Source {
  const warnings: string[] = [];
  const clock = { at: 0 };
  const settings: OAuth2Auth = {
    type: "oauth2client",
    clientId: { is: "text", text: "agent" },
    clientSecret: { is: "text", text: secret },
    assertion: undefined,
    tokenUrl: url,
    scopes: [],
    endpointParams: new Map(),
    timeoutMs: 10_000,
    expiryBufferMs: 300_000,
    tls: plainTls,
    ...changes,
  };
  const source = createTokenSource(settings, {
    proxy,
    environment: new Map(Object.entries(environment)),
    now: () => momentAt(clock.at),
    warn: (reason) => void warnings.push(reason),
  });
  return { ask: (anew = false) => source(anew), clock, warnings };
}

test("a token is asked for once, until it is no longer fresh", async () => {
  const server = await startTokenServer();
  const { ask, clock } = sourceOf(server, { scopes: ["opamp"] });
  expect(await ask()).toBe("Bearer token-1");
  clock.at = 3_299_999;
  expect(await ask()).toBe("Bearer token-1");
  clock.at = 3_300_000;
  expect(await ask()).toBe("Bearer token-2");
  expect(server.requests[0]).toMatchObject({
    headers: { authorization: `Basic ${btoa(`agent:${secret}`)}` },
    form: { grant_type: "client_credentials", scope: "opamp" },
  });
});

test("a token that was refused is replaced at once, and whoever asks meanwhile gets the same", async () => {
  const server = await startTokenServer();
  const { ask } = sourceOf(server);
  expect(await ask()).toBe("Bearer token-1");
  expect(await Promise.all([ask(true), ask(true)])).toEqual(["Bearer token-2", "Bearer token-2"]);
});

test("a client that signs for itself is asked for nothing else", async () => {
  const server = await startTokenServer();
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const file = join(temporaryFolder(), "key.pem");
  const assertion = {
    key: { is: "file", file },
    algorithm: "RS256",
    ...{ keyId: undefined, issuer: undefined, audience: undefined, claims: {} },
  } as const;
  const { ask } = sourceOf(server, { assertion, clientSecret: { is: "text", text: "" } });
  writeFileSync(file, "no key");
  await expect(ask()).rejects.toThrow("expected an RSA key (PEM) without passphrase");
  writeFileSync(file, privateKey.export({ type: "pkcs8", format: "pem" }));
  expect(await ask()).toBe("Bearer token-1");
  expect(server.requests).toMatchObject([{ form: { assertion: expect.any(String) as string } }]);
  expect(server.requests[0]?.headers.authorization).toBeUndefined();
  server.answer = () => ({ status: 401, body: { error: "invalid_grant" } });
  await expect(ask(true)).rejects.toThrow("invalid_grant");
  expect(server.requests).toHaveLength(2);
});

test("a server that wants the credentials in the body gets them there, and from then on only so", async () => {
  const server = await startTokenServer();
  const usual = server.answer;
  server.answer = (count, request) =>
    "client_secret" in request.form
      ? usual(count, request)
      : { status: 401, body: { error: "invalid_client" } };
  const { ask } = sourceOf(server);
  expect(await ask()).toBe("Bearer token-2");
  expect(await ask(true)).toBe("Bearer token-3");
  expect(server.requests[2]?.headers.authorization).toBeUndefined();
});

test("the secret is read from its file each time", async () => {
  const server = await startTokenServer();
  const file = join(temporaryFolder(), "secret");
  writeFileSync(file, "one\n");
  const { ask } = sourceOf(server, { clientSecret: { is: "file", file } });
  await ask();
  writeFileSync(file, "two\n");
  await ask(true);
  expect(server.requests.map(({ headers }) => headers.authorization)).toEqual([
    `Basic ${btoa("agent:one")}`,
    `Basic ${btoa("agent:two")}`,
  ]);
});

test("while no newer one can be had the old token is used until its end, and that is said once", async () => {
  const server = await startTokenServer();
  const { ask, clock, warnings } = sourceOf(server);
  await ask();
  server.answer = () => ({ status: 503 });
  clock.at = 3_400_000;
  expect(await ask()).toBe("Bearer token-1");
  expect(await ask()).toBe("Bearer token-1");
  expect(warnings).toHaveLength(1);
  // It was refused: to show it again is of no use.
  await expect(ask(true)).rejects.toThrow("HTTP status 503");
  clock.at = 3_600_000;
  await expect(ask()).rejects.toThrow("HTTP status 503");
});

test.each([
  [
    { status: 400, body: { error: "invalid_client", error_description: "who is this" } },
    /no token, HTTP status 400 \(invalid_client, who is this\)$/,
  ],
  [{ status: 401, body: { error: `${secret} is wrong` } }, /no token, HTTP status 401$/],
  [{ status: 302 }, /no token, HTTP status 302$/],
  [{ body: "<html>" }, /answered without a token: expected JSON with an access_token$/],
  [{ body: "x".repeat(300_000) }, /larger than the limit/],
] as const)("the answer %j is a failure in words, without a secret", async (answer, words) => {
  const server = await startTokenServer();
  server.answer = () => answer;
  const { ask } = sourceOf(server);
  const failure = await ask().catch(String);
  expect(failure).toMatch(words);
  expect(failure).toContain(new URL(server.url).host);
  expect(failure).not.toContain("planted");
});

test.each(["hang", "half"] as const)(
  "a server that does not answer (%s) is given up",
  async (answer) => {
    const server = await startTokenServer();
    server.answer = () => answer;
    const { ask } = sourceOf(server, { timeoutMs: 100 });
    await expect(ask()).rejects.toThrow("no answer within 100 ms");
  },
);

test("nobody who listens is a failure in words", async () => {
  const { ask } = sourceOf({ url: "http://127.0.0.1:1/" });
  await expect(ask()).rejects.toThrow("connection to 127.0.0.1:1 failed: nothing listens there");
});

test("a client certificate that is none is a failure in words", async () => {
  const server = { url: "https://127.0.0.1:1/" };
  const nonsense = { is: "text", text: "planted-key" } as const;
  const failure = await sourceOf(server, { tls: { ...plainTls, cert: nonsense, key: nonsense } })
    .ask()
    .catch(String);
  expect(failure).toContain("connection to 127.0.0.1:1 failed");
  expect(failure).not.toContain("planted");
});

test("the authorization server is verified, against the authority that is named", async () => {
  const { cert, key } = makeCertificate(Date.now());
  const server = await startTokenServer({ cert, key });
  await expect(sourceOf(server).ask()).rejects.toThrow("not known here");
  const tls = { ...plainTls, ca: { is: "text", text: cert } } as const;
  expect(await sourceOf(server, { tls }).ask()).toBe("Bearer token-1");
  expect(await sourceOf(server, { tls: { ...plainTls, skipVerify: true } }).ask()).toBe(
    "Bearer token-2",
  );
});

const authority = createAuthority();
const trusting = { ...plainTls, ca: { is: "text", text: authority.cert } } as const;

/** An authorization server whose name only the proxy knows. */
async function behindProxy(
  options: Parameters<typeof startConnectProxy>[0] = {},
): Promise<{ readonly server: TokenServer; readonly proxy: ConnectProxy }> {
  const server = await startTokenServer(authority.issue({ names: ["login.invalid"] }));
  const proxy = await startConnectProxy({ ...options, to: Number(new URL(server.url).port) });
  onTestFinished(() => proxy.close());
  return { server: { ...server, url: "https://login.invalid/token" }, proxy };
}

test.each([
  ["server.proxy", (url: string) => ({ proxy: { ...environmentsProxy, url } })],
  ["the environment", (url: string) => ({ environment: { HTTPS_PROXY: url } })],
] as const)("a token comes through the proxy of %s, by CONNECT", async (_, around) => {
  const { server, proxy } = await behindProxy({ pair: "user:planted-password" });
  const { ask } = sourceOf(server, { tls: trusting }, around(proxy.url));
  expect(await ask()).toBe("Bearer token-1");
  expect(proxy.asked.all).toMatchObject([{ method: "CONNECT", target: "login.invalid:443" }]);
  expect(proxy.asked.all[0]?.headers).not.toHaveProperty("authorization");
  expect(server.requests[0]?.headers).not.toHaveProperty("proxy-authorization");
});

test("an authorization server that no_proxy names is reached directly", async () => {
  const server = await startTokenServer(authority.issue());
  const proxy = { ...environmentsProxy, url: "http://127.0.0.1:1", noProxy: ["127.0.0.0/8"] };
  const { ask } = sourceOf(server, { tls: trusting }, { proxy });
  expect(await ask()).toBe("Bearer token-1");
});

test("a secret that is sent without encryption never goes to a proxy", async () => {
  const server = await startTokenServer();
  const proxy = await startConnectProxy();
  onTestFinished(() => proxy.close());
  const choice = { ...environmentsProxy, url: proxy.url };
  const { ask } = sourceOf(server, {}, { proxy: choice, environment: { HTTP_PROXY: proxy.url } });
  expect(await ask()).toBe("Bearer token-1");
  expect(proxy.asked.all).toEqual([]);
});

test.each([
  [407, /the proxy 127\.0\.0\.1:\d+ does not accept the name and password/],
  [502, /the proxy 127\.0\.0\.1:\d+ could not reach login\.invalid:443/],
  ["cut", /the proxy 127\.0\.0\.1:\d+ could not be used/],
  ["hang", /the proxy made no connection within 100 ms/],
] as const)(
  "a proxy that answers %s is a failure in words, without a secret",
  async (answer, words) => {
    const { server, proxy } = await behindProxy({ pair: "user:planted-password", answer });
    const choice = { ...environmentsProxy, url: proxy.url };
    const timeoutMs = answer === "hang" ? 100 : 10_000;
    const { ask } = sourceOf(server, { tls: trusting, timeoutMs }, { proxy: choice });
    const failure = await ask().catch(String);
    expect(failure).toMatch(/connection to login\.invalid failed/);
    expect(failure).toMatch(words);
    expect(failure).not.toContain("planted");
  },
);

test("a proxy that cannot be used is a failure in words, without its password", async () => {
  const environment = { HTTPS_PROXY: "socks5://user:planted@proxy" };
  const { ask } = sourceOf({ url: "https://login.invalid/token" }, {}, { environment });
  const failure = await ask().catch(String);
  expect(failure).toContain("no way to the authorization server login.invalid: HTTPS_PROXY:");
  expect(failure).not.toContain("planted");
});
