import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { makeCertificate } from "../../src/dev-server/certificate.ts";
import type { OAuth2Auth } from "../../src/supervisor/auth-settings.ts";
import { createTokenSource } from "../../src/supervisor/oauth2.ts";
import { temporaryFolder } from "../helpers/temporary-folder.ts";
import { startTokenServer, type TokenServer } from "../helpers/token-server.ts";

const plainTls: OAuth2Auth["tls"] = {
  ca: undefined,
  cert: undefined,
  key: undefined,
  includeSystemCa: false,
  skipVerify: false,
  serverName: undefined,
};

const secret = "planted-client-secret";

interface Source {
  readonly ask: (anew?: boolean) => Promise<string>;
  readonly clock: { at: number };
  readonly warnings: readonly string[];
}

function sourceOf({ url }: Pick<TokenServer, "url">, changes: Partial<OAuth2Auth> = {}): Source {
  const warnings: string[] = [];
  const clock = { at: 0 };
  const settings: OAuth2Auth = {
    type: "oauth2client",
    clientId: { is: "text", text: "agent" },
    clientSecret: { is: "text", text: secret },
    tokenUrl: url,
    scopes: [],
    endpointParams: new Map(),
    timeoutMs: 10_000,
    expiryBufferMs: 300_000,
    tls: plainTls,
    ...changes,
  };
  const source = createTokenSource(settings, {
    now: () => clock.at,
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
