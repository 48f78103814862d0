import { join } from "node:path";
import { expect, test } from "vitest";
import type { ServerSettings } from "../../../../src/supervisor/settings/settings.ts";
import { complete, type Folder, brief, settingsOf, createAgentFolder } from "../fixture-folder.ts";

function withAuth(name: string, extension: string): string {
  const text = complete("", `extensions:\n  ${name}: ${extension}\n`);
  return text.replace("agent:", `  auth: ${name}\nagent:`);
}

function serverOf(folder: Folder, text: string): ServerSettings {
  const read = folder.read(text);
  expect(brief(read.problems)).toEqual([]);
  return settingsOf(read).server;
}

const written = (text: string) => ({ is: "text", text });

test.each([
  ["{token: abc}", { header: "Authorization", scheme: "Bearer", token: written("abc") }],
  ["{tokens: [first, second]}", { token: written("first") }],
  ["{token: abc, header: X-Token, scheme: ''}", { header: "X-Token", scheme: "" }],
  ["{token: abc, scheme: ApiKey}", { scheme: "ApiKey" }],
  ["{token: abc, scheme: }", { scheme: "Bearer" }],
])("bearertokenauth: %s", (extension, expected) => {
  const text = withAuth("bearertokenauth/server", extension);
  const { auth, authExtension } = serverOf(createAgentFolder(), text);
  expect(auth).toBe("bearertokenauth/server");
  expect(authExtension).toMatchObject({ type: "bearertokenauth", ...expected });
});

test("a file counts before a text, and is named by its whole path", () => {
  const folder = createAgentFolder();
  folder.write("token", "abc\n");
  const extension = "{filename: token, tokens: [first]}";
  const { authExtension } = serverOf(folder, withAuth("bearertokenauth", extension));
  const file = join(folder.path, "token");
  expect(authExtension).toMatchObject({ token: { is: "file", file } });
});

test("a file that is not there yet is a warning", () => {
  const read = createAgentFolder().read(withAuth("bearertokenauth", "{filename: none}"));
  expect(settingsOf(read).server.authExtension).toBeDefined();
  expect(brief(read.problems)).toEqual([
    "warning file-missing extensions.bearertokenauth.filename 7:31",
  ]);
});

test("basicauth: user and password, each as text or from a file", () => {
  const folder = createAgentFolder();
  folder.write("password", "hunter2");
  const extension = "{client_auth: {username: agent, password_file: password}}";
  expect(serverOf(folder, withAuth("basicauth", extension)).authExtension).toEqual({
    type: "basicauth",
    username: written("agent"),
    password: { is: "file", file: join(folder.path, "password") },
  });
});

test("oauth2client: all that is written arrives, and the rest has its default", () => {
  const folder = createAgentFolder();
  folder.write("ca.pem", "x");
  const short = "{client_id: a, client_secret: b, token_url: 'https://h/token'}";
  const defaults = { scopes: [], timeoutMs: 10_000, expiryBufferMs: 300_000 };
  expect(serverOf(folder, withAuth("oauth2client", short)).authExtension).toMatchObject({
    type: "oauth2client",
    clientId: written("a"),
    clientSecret: written("b"),
    tokenUrl: "https://h/token",
    ...defaults,
    tls: { ca: undefined, skipVerify: false },
  });
  const long = short.replace(
    "}",
    ", grant_type: client_credentials, scopes: [x, y], endpoint_params: {audience: z, a: [b, c]}, timeout: 2s, expiry_buffer: 1m, tls: {ca_file: ca.pem, insecure_skip_verify: true}}",
  );
  expect(serverOf(folder, withAuth("oauth2client", long)).authExtension).toMatchObject({
    scopes: ["x", "y"],
    endpointParams: new Map([
      ["audience", ["z"]],
      ["a", ["b", "c"]],
    ]),
    timeoutMs: 2_000,
    expiryBufferMs: 60_000,
    tls: { ca: { is: "file", file: join(folder.path, "ca.pem") }, skipVerify: true },
  });
});

test("oauth2client: a client that signs needs its key and no secret", () => {
  const folder = createAgentFolder();
  folder.write("key.pem", "x");
  const signs = "grant_type: urn:ietf:params:oauth:grant-type:jwt-bearer, token_url: 'https://h/t'";
  const short = `{client_id: a, client_certificate_key: k, ${signs}}`;
  expect(serverOf(folder, withAuth("oauth2client", short)).authExtension).toMatchObject({
    clientSecret: written(""),
    assertion: { key: written("k"), algorithm: "RS256", issuer: undefined, claims: {} },
  });
  const long = `{client_id: a, client_certificate_key_file: key.pem, client_certificate_key_id: k1, ${signs}, signature_algorithm: RS512, iss: i, audience: u, claims: {a: 1, b: {c: true}}, tls: {min_version: "1.3", tpm: {enabled: false}, reload_interval: 5s}}`;
  const { authExtension } = serverOf(folder, withAuth("oauth2client", long));
  expect(authExtension).toMatchObject({
    tls: { minVersion: "TLSv1.3" },
    assertion: {
      key: { is: "file", file: join(folder.path, "key.pem") },
      ...{ keyId: "k1", algorithm: "RS512", issuer: "i", audience: "u" },
      claims: { a: 1, b: { c: true } },
    },
  });
  const wrong = short.replace("client_certificate_key: k, ", "signature_algorithm: ES256, ");
  expect(brief(folder.read(withAuth("oauth2client", wrong)).problems)).toEqual([
    expect.stringContaining("error key-missing extensions.oauth2client.client_certificate_key"),
    expect.stringContaining("error value-invalid extensions.oauth2client.signature_algorithm"),
  ]);
});

test("nop adds nothing, whatever it holds", () => {
  const server = serverOf(createAgentFolder(), withAuth("nop", "{a: b}"));
  expect(server).toMatchObject({ auth: "nop", authExtension: undefined });
});

const oauth = (rest: string) => `{client_id: a, client_secret: b, ${rest}}`;

test.each([
  ["bearertokenauth", "{}", "key-missing", "token"],
  ["bearertokenauth", "{token: abc, header: 'a b'}", "value-invalid", "header"],
  ["bearertokenauth", '{token: "a\\nb"}', "value-invalid", "token"],
  ["bearertokenauth", "{tokn: abc}", "key-unknown", "tokn"],
  ["basicauth", "{client_auth: {username: a}}", "key-missing", "client_auth.password"],
  [
    "basicauth",
    "{client_auth: {username: 'a:b', password: c}}",
    "value-invalid",
    "client_auth.username",
  ],
  ["oauth2client", "{client_secret: b, token_url: 'https://h/'}", "key-missing", "client_id"],
  ["oauth2client", "{client_id: a, token_url: 'https://h/'}", "key-missing", "client_secret"],
  ["oauth2client", oauth(""), "key-missing", "token_url"],
  ["oauth2client", oauth("token_url: 'http://login.example.com/'"), "value-invalid", "token_url"],
  ["oauth2client", oauth("token_url: 'https://u:p@h/'"), "value-invalid", "token_url"],
  ["oauth2client", oauth("token_url: h"), "value-invalid", "token_url"],
  ["oauth2client", oauth("token_url: 'https://h', grant_type: x"), "value-invalid", "grant_type"],
  [
    "oauth2client",
    oauth("token_url: 'https://h', tls: {cert_pem: x}"),
    "key-missing",
    "tls.key_file",
  ],
])("%s: %s is refused (%s %s)", (name, extension, code, key) => {
  const { problems } = createAgentFolder().read(withAuth(name, extension));
  expect(problems).toContainEqual(
    expect.objectContaining({ severity: "error", code, path: `extensions.${name}.${key}` }),
  );
  expect(problems.every(({ line }) => line > 0)).toBe(true);
});

test.each(["http://localhost:1/t", "http://127.0.0.1:1/t", "http://[::1]:1/t"])(
  "%s may hand out tokens without TLS, because nobody is on the way",
  (url) => {
    const text = withAuth("oauth2client", oauth(`token_url: '${url}'`));
    expect(serverOf(createAgentFolder(), text).authExtension).toMatchObject({ tokenUrl: url });
  },
);

test.each(["9x", "sigv4auth", "basicauth/", "bearertoken"])(
  "an extension of the unknown type %s is refused at its line, with those that exist",
  (name) => {
    const text = complete("", `extensions:\n  "${name}": {secret: planted}\n`);
    const { problems } = createAgentFolder().read(text);
    expect(brief(problems)).toContain(`error key-unknown extensions.${name} 6:3`);
    const [problem] = problems;
    expect(problem?.message).toMatch(
      /did you mean (bearertoken|basic)auth|known here: bearertokenauth, /,
    );
    expect(JSON.stringify(problems)).not.toContain("planted");
  },
);

test("an extension that nobody names is a warning, and htpasswd is for servers", () => {
  const extensions = "extensions:\n  nop: {}\n  bearertokenauth: {token: a}\n";
  expect(brief(createAgentFolder().read(complete("", extensions)).problems)).toEqual([
    "warning not-acted-on extensions.bearertokenauth 7:20",
  ]);
  const both = "{htpasswd: {inline: 'a:b'}, client_auth: {username: a, password: b}}";
  expect(brief(createAgentFolder().read(withAuth("basicauth", both)).problems)).toEqual([
    "warning not-acted-on extensions.basicauth.htpasswd 7:25",
  ]);
});

test("no secret of an extension is in a message or beside it", () => {
  const extension =
    "{client_id: [1], client_secret: planted-1, token_url: 'http://u:planted-2@h', tls: {key_pem: planted-3}}";
  const { problems } = createAgentFolder().read(withAuth("oauth2client", extension));
  expect(problems.length).toBeGreaterThan(1);
  expect(JSON.stringify(problems)).not.toContain("planted");
});
