import { randomBytes } from "node:crypto";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { harmless, planted, secretYaml } from "../../helpers/doctor/secret-yaml.ts";
import { redactTree, redactYaml } from "../../../src/doctor/bundle/redact-yaml.ts";
import { redactWords } from "../../../src/doctor/bundle/redact-words.ts";

const secret = (): string => `s${randomBytes(6).toString("hex")}`;

/** Each makes a text with a secret in it, at a place where people have them. */
/** Nothing is known to be secret. */
const same = (text: string): string => text;

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
  (s) => `client_secret: {${s}}`,
  (s) => `a: &a 1\nb: *a # ${s}`,
  (s) => `a: &a token\n*a : ${s}`,
  (s) => `a: &a {args: [${s}]}\nb: {args: &b [--${s}]}\ntoken: [*b]\nc: {headers: *a}`,
  (s) => `x: [{name: API_TOKEN, value: ${s}}]`,
  (s) => `attributes: {actions: [{key: password, value: ${s}, action: insert}]}`,
  (s) => `a: "redis://:x@${s}@host"`,
];

test.each(places.map((place) => [place("S"), place] as const))(
  "no secret stays in %j",
  (_, place) => {
    const one = secret();
    const text = redactYaml(place(one), same);
    expect(text).toBeDefined();
    expect(text).not.toContain(one);
    // As it stands in the journal of the storage.
    expect(
      JSON.stringify(redactTree({ files: [{ name: "", text: place(one) }] }, same)),
    ).not.toContain(one);
  },
);

test("no secret stays in whatever way a configuration is composed, and what is none does", () => {
  fc.assert(
    fc.property(secretYaml, (text) => {
      const shown = redactYaml(text, same);
      expect(shown).toContain(`kept: ${harmless}`);
      expect(shown).not.toContain(planted);
      const written = JSON.stringify(redactTree({ files: [{ name: "", text }] }, same));
      expect(written).not.toContain(planted);
      // What was redacted can be read, and is redacted already.
      expect(redactYaml(shown ?? "", same)).toBe(shown);
      const [first] = parseAllDocuments(text);
      const tree = first?.toJS() as Record<string, unknown>;
      // Only who refers to these makes them secret, which a tree does not show.
      const entries = Object.entries(tree).filter(([key]) => !["one", "many"].includes(key));
      const seen = JSON.stringify(redactTree(Object.fromEntries(entries), same));
      expect(seen).not.toContain(planted);
    }),
    { numRuns: 300, interruptAfterTimeLimit: 3_000 },
  );
});

test("what a report is about stays", () => {
  const text = `receivers:\n  otlp: {protocols: {grpc: {endpoint: "localhost:4317"}}}\nprocessors:\n  attributes: {actions: [{key: http.url, action: delete}]}\nserver: {headers: {Authorization: "\${env:TOKEN}"}, tls: {key_file: /etc/key.pem}}\n`;
  const shown = redactYaml(text, same) ?? "";
  for (const word of ["localhost:4317", "http.url", "${env:TOKEN}", "/etc/key.pem"]) {
    expect(shown).toContain(word);
  }
});

test("what is no YAML is left out, and aliases without end are no trap", () => {
  expect(redactYaml("a: [", same)).toBeUndefined();
  expect(redactYaml("a: &a {token: *a}", same)).not.toContain("undefined");
  expect(redactYaml("", same)).toBe("");
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

test("of a key that begins before the log does, nothing stays", () => {
  const line = "ab/cd".repeat(12);
  const text = redactWords(`${line}\n-----END PRIVATE KEY-----\nafter`);
  expect(text).toBe("[redacted]\nafter");
});

test("no text keeps the redaction busy, however it repeats itself", () => {
  const pieces = ["a-", "x-", "${a:-", "Basic ", "key ", "//a:", "&a", "-----BEGIN ", "token: "];
  for (const piece of pieces) {
    // Looked at again from each of its characters, a single one would take minutes, and time out here.
    const shown = redactWords(`${piece.repeat(100_000)}\ntoken=abcdefgh`);
    expect(shown).not.toContain("abcdefgh");
  }
});
