import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { redactTree, redactYaml } from "../../../src/doctor/bundle/redact-yaml.ts";
import { redactWords } from "../../../src/doctor/bundle/redact-words.ts";

const secret = (): string => `s${randomBytes(6).toString("hex")}`;

/** Each makes a text with a secret in it, at a place where people have them. */
const places: readonly ((one: string) => string)[] = [
  (s) => `exporters: {otlp: {headers: {x-team: ${s}}}}`,
  (s) => `exporters: {otlp: {headers: [{name: a, value: ${s}}]}}`,
  (s) => `x: &a ${s}\nexporters: {otlp: {headers: {b: *a}}}`,
  (s) => `x: &a {k: ${s}}\nexporters: {otlp: {headers: {<<: *a}}}`,
  (s) => `exporters: {otlp: {headers: &h {b: ${s}}}}\ny: {w: *h}`,
  (s) => `extensions:\n  bearertokenauth:\n    token: |\n      ${s}\n      more`,
  (s) => `password: >-\n  ${s}\n`,
  (s) => `# ${s}\na: 1 # ${s}\nb: # ${s}\n  - 2 # ${s}\n# ${s}`,
  (s) => `endpoint: https://user:${s}@host/x`,
  (s) => `endpoint: https://${s}@host/x`,
  (s) => `endpoint: https://host/x?sig=${s}&a=b`,
  (s) => `env: {ANY_NAME: ${s}}`,
  (s) => `a: \${env:NAME:-${s}}`,
  (s) => `agent: {args: [--set=exporters.x.y=${s}, ${s}]}`,
  (s) => `header_commands: {Authorization: [/bin/x, --key, ${s}]}`,
  (s) => `a: "Authorization: Bearer ${s}"`,
  (s) => `a: "Basic ${s}"`,
  (s) => `datadog: {api: {key: ${s}}}`,
  (s) => `key_pem: |\n  -----BEGIN PRIVATE KEY-----\n  ${s}\n  -----END PRIVATE KEY-----\n`,
  (s) => `other: |\n  -----BEGIN EC PRIVATE KEY-----\n  ${s}\n  -----END EC PRIVATE KEY-----\n`,
  (s) => `"exporters::x::token": ${s}`,
  (s) => `a: 1\n---\ntoken: ${s}`,
  (s) => `basicauth: {client_auth: {username: ${s}, password: x}}`,
  (s) => `token: !!binary ${s}`,
  (s) => `connection_string: "Endpoint=sb://x;SharedAccessKey=${s}"`,
  (s) => `? token\n: ${s}`,
  (s) => `client_secret: ["a", {b: ${s}}]`,
];

test.each(places.map((place) => [place("S"), place] as const))(
  "no secret stays in %j",
  (_, place) => {
    const one = secret();
    const text = redactYaml(place(one));
    expect(text).toBeDefined();
    expect(text).not.toContain(one);
    // As it stands in the journal of the storage.
    expect(JSON.stringify(redactTree({ files: [{ name: "", text: place(one) }] }))).not.toContain(
      one,
    );
  },
);

test("what a report is about stays", () => {
  const text = `receivers:\n  otlp: {protocols: {grpc: {endpoint: "localhost:4317"}}}\nprocessors:\n  attributes: {actions: [{key: http.url, action: delete}]}\nserver: {headers: {Authorization: "\${env:TOKEN}"}, tls: {key_file: /etc/key.pem}}\n`;
  const shown = redactYaml(text) ?? "";
  for (const word of ["localhost:4317", "http.url", "${env:TOKEN}", "/etc/key.pem"]) {
    expect(shown).toContain(word);
  }
});

test("what is no YAML is left out, and aliases without end are no trap", () => {
  expect(redactYaml("a: [")).toBeUndefined();
  expect(redactYaml("a: &a {token: *a}")).not.toContain("undefined");
  expect(redactYaml("")).toBe("");
});

test.each([
  "token=abcdefgh",
  'x-api-key: "abcdefgh"',
  "GET /a?key=abcdefgh",
  "AbcdEFGH12345678ijklm",
  "api-token abcdefgh",
])("no secret stays in the log line %j", (line) => {
  expect(redactWords(line)).toContain("[redacted]");
  expect(redactWords(line)).not.toMatch(/abcdefgh|AbcdEFGH/);
});
