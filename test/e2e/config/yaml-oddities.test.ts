import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { test, expect } from "vitest";
import { renderConfig } from "../../../src/agent-config/render-config.ts";
import { uid, binary, policy } from "../../helpers/core/core-samples.ts";
import { configReader } from "../../helpers/agent/collector-facts.ts";
import { scratchFolder } from "../../helpers/e2e/daemon.ts";

const run = promisify(execFile);

const reader = configReader();
const compare = test.skipIf(reader === undefined);

/** What the supervisor adds to every configuration, as one more file for the collector. */
const own = `service:
  telemetry:
    resource: {service.instance.id: "${uid}"}
    metrics:
      readers:
        - pull: {exporter: {prometheus: {host: localhost, port: 8888,
            with_resource_constant_labels: {included: [service.instance.id, service.name, service.version]}}}}
`;

/** The collector's own reading of some files, joined by it; undefined where it refuses them. */
async function collectorReads(texts: readonly string[]): Promise<string | undefined> {
  const folder = scratchFolder();
  const files = texts.map((text, index) => {
    const path = join(folder, `${index}.yaml`);
    writeFileSync(path, text);
    return ["--config", path];
  });
  const args = ["print-config", "--mode", "unredacted", "--validate=false", ...files.flat()];
  try {
    return (await run(reader ?? "", args, { env: { X: "0777" } })).stdout;
  } catch {
    // It ended with an error: that is the answer.
    return undefined;
  }
}

/** What the supervisor makes of the same texts; undefined where it refuses them. */
function supervisorWrites(texts: readonly string[]): string | undefined {
  const local = texts.map((text, index) => {
    return { name: `${index}.yaml`, text, place: "base" } as const;
  });
  const facts = { ...binary, hasHealthCheck: false, hasNop: false };
  const rendering = renderConfig({ local, remote: undefined, uid, binary: facts }, policy);
  return "problem" in rendering ? undefined : rendering.config.text;
}

async function readBoth(texts: readonly string[]) {
  const written = supervisorWrites(texts);
  const [expected, found] = await Promise.all([
    collectorReads([...texts, own]),
    written === undefined ? undefined : collectorReads([written]),
  ]);
  return { expected, found };
}

/** Each value under a key of its own. */
function values(...forms: readonly string[]): string {
  return `x:\n${forms.map((form, index) => `  k${index}: ${form}\n`).join("")}`;
}

const words = "word ".repeat(300);

const readings: readonly (readonly [string, ...string[]])[] = [
  ["integers", values("0777", "0o17", "-0777", "0b101", "0x1F", "1_000", "0_7", "+5", "08", "-0")],
  ["64 bits", values("9007199254740993", "9223372036854775808", "18446744073709551616")],
  ["floats", values("1.0", "1e3", "1.", "-.5", "+.5", "1E+3", ".inf", "-.inf", ".nan", "0x1p-2")],
  ["dates", values("2024-01-01", "2024-1-2", "2024-01-01T10:00:00Z", "2024-13-01", "10:20:30")],
  ["booleans", values("yes", "no", "on", "off", "y", "n", "true", "True", "FALSE", "tRue")],
  ["nothing", values("null", "~", "Null", "NULL", "nUll", "", "''", '""')],
  ["quotes", values("'0777'", '"1e3"', "'it''s'", '"a\\tb\\u00e9\\x41\\n"', '"a # b"', "'#x'")],
  ["odd escapes", values('"\\u2028\\x7f\\x85\\uFEFF\\uFFFE\\x01\\N\\_\\e\\0"', '"\\U0001F600"')],
  [
    "plain text",
    values("-x", "?x", ":x", "a,b", "a[b]", "50%", "x@x", "<<x", "a#b", "http://h:1/p"),
  ],
  [
    "expressions",
    values("${env:X}", "$${env:X}", "$$", "a$b", "${env:NO:-d}", "a-${env:X}", "${X}"),
  ],
  ["quoted expressions", values("'${env:X}'", '"${env:X}"', '["${X}", "$$$${X}"]')],
  ["tags", values("!!str 0777", '!!int "0777"', "!foo 12", "!!float 1", "! 12", "!!null ''")],
  ["binary", values("!!binary aGVsbG8=", "!!binary |\n    aGVs\n    bG8=")],
  ["tagged collections", "x: !!map {a: 1}\ny: !foo [a]\nz: !!set {a, b}\nw: !!omap [a: 1]\n"],
  ["tagged nothing", values("!!str", "!foo", "!!null")],
  ["a tag in long form", "x: !<tag:yaml.org,2002:str> 12\n"],
  ["a tag handle", "%TAG !y! tag:yaml.org,2002:\n---\nx: !y!str 12\n"],
  ["the version directive", "%YAML 1.1\n---\nx: 0777\n"],
  ["marks", "# c\n--- # d\nx: 1\n...\n"],
  ["several documents", "x: {a: 1}\n---\nx: {a: 2}\n"],
  ["a broken second document", "x: {a: 1}\n---\nx: [1\n"],
  ["an empty first document", "---\n---\nx: {a: 2}\n"],
  ["JSON", '{"x":{"a":"0777","b":0777,"c":[1,2.0,"x"],"d":null,"e":true,"f":"\\u00e9"},"y":[]}'],
  ["JSON with tabs", '{\n\t"x": {\n\t\t"a": 1\n\t}\n}\n'],
  [
    "long JSON",
    JSON.stringify({ x: Object.fromEntries(words.split(" ").map((w, i) => [`k${i}`, w])) }),
  ],
  ["merge keys, own first", "a: &a {k: 1, l: 2}\nx: {<<: *a, k: 3}\ny: {k: 4, <<: *a}\n"],
  ["a list of merged maps", "a: &a {k: 1, l: 2}\nb: &b {k: 5, m: 6}\nx: {<<: [*a, *b], m: 9}\n"],
  [
    "nested merge keys",
    "a: &a {k: 1, z: 1}\nb: &b {<<: *a, l: 2}\nc: &c {z: 3}\nx: {<<: [*b, *c]}\n",
  ],
  ["merged maps are not joined below", "a: &a {k: {p: 1}}\nx: {<<: *a, k: {q: 2}}\n"],
  ["null and merge keys", "a: &a {k: 1}\nb: &b {m: }\nx: {<<: [*a, *b], k: }\n"],
  ["an inline merge", "x: {<<: {k: 1}, l: 2}\n"],
  ["numbers as merged keys", "a: &a {0x10: a, 2: b}\nx: {<<: *a, 16: c}\n"],
  ["quoted <<", 'a: &a {k: 1}\nx: {"<<": *a}\ny: <<\nz: {!!str <<: *a}\n'],
  ["anchors", "x: &a [1, 2]\ny: *a\nz: {w: *a, &k foo: bar, b: *k}\nv: {*k : 1}\n"],
  ["anchors set anew", "a: &a {k: 1}\nb: &b {p: *a}\nc: &a {k: 2}\nd: *b\ne: *a\n"],
  ["anchors on nothing", "x:\n  a: &a\n  b: *a\n"],
  [
    "keys",
    "x: {1: a, true: b, null: c, 1.5: d, 2024-01-01: e, '': f, \"q k\": g, yes: h, 0o17: i}\n",
  ],
  [
    "more keys",
    "x: {a.b: 1, a/b: 2, 'it''s': 3, größe: 4, \"a: b\": 5}\n\"y\" : 6\n'z' :\n  a b c : 7\n",
  ],
  ["long keys", `x:\n  ${"k".repeat(1000)}: 1\n  ? ${"l".repeat(1100)}\n  : 2\n`],
  ["keys with a question mark", "x:\n  ? a\n  : c\n  ? b\n  ? |\n    d\n  : e\n"],
  [
    "block text",
    "x: |\n  a\n   b\n\n  c  \ny: |-\n  a\nz: |+\n  a\n\nw: |2\n   a\nv: |\n  # no comment\n",
  ],
  ["folded text", "x: >\n  a\n  b\n\n  c\n    d\n  e\ny: >-\n  a\n  b\nz: >+\n  a\n\nv: 1\n"],
  ["a file that ends in block text", "x: |\n  a\n  b"],
  ["a file that ends in folded text", "x:\n  - >\n    a\n    b"],
  ["a file that ends in kept text", "x: |+\n  a\n\n  b"],
  ["text over several lines", "x: a\n  b\n\n  c\ny: \"a\n  b\\\n  c\"\nz: 'a\n\n  b '\n"],
  ["long lines", `x: ${words}\ny: "${words}\\t"\nz: '${words}'\nw: >\n  ${words}\n  more\n`],
  ["unicode", 'x: {größe: 日本, 😀: "😀"}\ny: a\u00a0b\n'],
  ["CRLF", "x:\r\n  a: 1\r\n  b: [1,\r\n    2]\r\n  c: |\r\n    d\r\n    e\r\n"],
  ["the byte order mark", "\ufeff---\nx: 1\n"],
  ["tabs", "x:\ta\ny: {\ta: 1,\tb: 2\t}\nz: a\t# c\nw: |\n  b\tc\n"],
  ["comments", "# a\nx: # b\n  # c\n  a: 1 # d\n# e\ny: [1, # f\n  2] # g\nz: |\n  t\n# h\n"],
  ["braces", "x: [[1, 2], [], {a: []}, a: 1]\ny: {a, b: , c:1, d: http://a:1, }\nz: {? e : f}\n"],
  ["braces that stand too far left", "x: {\na: 1, 'b]': [\n2\n]\n}\ny:\n  - [\n\t3,\n4]\n"],
  ["lists", "x:\n- a\n- b: 1\n  c: 2\n- - d\n-\n- ~\n"],
  ["no text", ""],
  ["only a comment", "# a\n"],
  ["null as the whole text", "~\n"],
  ["paths as keys", "a::b: 1\nc: {d: 2}\n"],
  ["join: maps", "x: {a: 1, b: {c: 1, d: 2}}\n", "x: {a: 2, b: {d: 3, e: 4}}\ny: 1\n"],
  ["join: lists", "x: {a: [1, 2], b: [1]}\n", "x: {a: [3], b: []}\n"],
  ["join: null over values", "x: {a: {b: 1}, c: 1, d: [1]}\n", "x: {a: , c: null, d: ~}\n"],
  ["join: values over null", "x: {a: , c: null, d: ~}\n", "x: {a: {b: 1}, c: 1, d: [1]}\n"],
  ["join: empty maps", "x: {a: {b: 1}, c: {}}\n", "x: {a: {}, c: {b: 1}}\n"],
  ["join: null in between", "x: {a: 1}\n", "x:\n", "x: {b: 2}\n"],
  ["join: nothing", "x: 1\n", "", "~\n", "y: 2\n"],
  ["join: keys in quotes", "x: {a: 1, 1: b}\n", '"x": {\'a\': 2, "1": c}\n'],
  [
    "join: numbers as keys",
    "x: {0x10: a, 017: b, 1.0: c, true: d, ~: e}\n",
    "x: {16: f, 15: g, 1: h, True: i, null: j}\n",
  ],
  ["join: aliases", "x: &x {a: 1}\ny: *x\nz: {<<: *x}\n", "y: {a: 2}\nz: {a: 3}\n"],
  ["join: anchors of the same name", "a: &a 1\nb: *a\n", "c: &a 2\nd: *a\n"],
  ["join: paths as keys", "a: {b: 1, c: {d: 1}}\n", "a::c::d: 3\n"],
  ["join: tag handles", "x: 1\n", "%TAG !e! tag:yaml.org,2002:\n---\ny: !e!str 2\n"],
  [
    "join: block text into braces",
    "x: {a: {z: 1}}\n",
    "x:\n  a:\n    b: |\n      t\n    c: >\n      d\n    # e\n    f: ?g # h\n",
  ],
  [
    "join: lines into JSON",
    '{"x": {"l": []}}',
    "x:\n  a: a, b\n  b: a]b\n  c: ?d\n  e f: ${env:X}\n  l:\n    -\n    - - c\n",
  ],
  ["join: JSON into lines", "x:\n  a: 1\n", '{"x": {"b": {"c": "d"}}, "y": [1]}'],
  ["join: CRLF and LF", "x:\r\n  a: 1\r\n", "x:\n  b: |\n    t\n    u\n"],
  ["join: documents", "---\nx: 1\n", "---\ny: 2\n...\n"],
];

compare.each(readings)("as the collector reads it: %s", async (_, ...texts) => {
  const { expected, found } = await readBoth(texts);
  expect(expected).toBeDefined();
  expect(found).toBe(expected);
});

const refused: readonly (readonly [string, ...string[]])[] = [
  ["a key twice", "x: {a: 1, a: 2}\n"],
  ["a key twice, once in quotes", 'x: 1\n"x": 2\n'],
  ["a key twice, as number and text", 'x: {1: a, "1": b}\n'],
  ["two merge keys", "a: &a {k: 1}\nx:\n  <<: *a\n  <<: {l: 1}\n"],
  ["a merge key before text", "x: {<<: foo}\n"],
  ["a merge key before nothing", "x: {<<: , l: 2}\n"],
  ["a merge key before an alias of a list", "a: &a [{k: 1}]\nx: {<<: *a}\n"],
  ["an alias before its anchor", "b: *a\na: &a 1\n"],
  ["an alias of another file", "x: &a 1\n", "y: *a\n"],
  ["an alias within itself", "a: &a {b: *a}\n"],
  ["a list as key", "x: {? [a, b] : c}\n"],
  ["a number as key at the top", "1: a\nx: 2\n"],
  ["a tag that does not fit", "x: !!int abc\n"],
  ["broken base64", "x: !!binary '*'\n"],
  ["a newer version", "%YAML 1.3\n---\nx: 1\n"],
  ["tabs for indentation", "x:\n\ta: 1\n"],
  ["an expression in braces without quotes", "x: {a: ${env:X}}\n"],
  ["brackets that stay open", "x: [a\ny: 1\n"],
  ["an unknown escape", 'x: "\\q"\n'],
  ["control characters", 'x: "a\u0001b"\n'],
  ["a line separator", "x: a\u2028b\n"],
  ["a list at the top", "- a\n"],
  ["text at the top", "abc\n"],
];

compare.each(refused)("refused by both: %s", async (_, ...texts) => {
  const { expected, found } = await readBoth(texts);
  expect(expected).toBeUndefined();
  expect(found).toBeUndefined();
});

compare.each([
  ["an escaped slash, as some write JSON", '{"x": "a\\/b"}', 'x: "a/b"\n'],
  ["an escaped pair of surrogates", '{"x": "\\ud83d\\ude00"}', "x: 😀\n"],
  ["a line with nothing but a tab", "x:\n  a: 1\n\t\n  b: 2\n", "x: {a: 1, b: 2}\n"],
  ["an unknown directive", "%FOO bar\n---\nx: 1\n", "x: 1\n"],
])(
  "the collector refuses it, the supervisor reads it as it is meant: %s",
  async (_, text, meant) => {
    const { expected, found } = await readBoth([text]);
    expect(expected).toBeUndefined();
    expect(found).toBe(await collectorReads([meant, own]));
  },
);

compare(
  "service.extensions is the one list that is joined where the collector replaces it",
  async () => {
    const texts = ["service: {extensions: [a]}\n", "service: {extensions: [b, a]}\n"];
    const { found } = await readBoth(texts);
    expect(found).toBe(await collectorReads(["service: {extensions: [a, b]}\n", own]));
  },
);
