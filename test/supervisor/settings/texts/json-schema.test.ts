import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { LineCounter, parseDocument, stringify } from "yaml";
import { checkTree } from "../../../../src/supervisor/settings/file/check-tree.ts";
import { createProblemList } from "../../../../src/supervisor/settings/file/problem-list.ts";
import { buildTree, yamlOptions } from "../../../../src/supervisor/settings/file/tree.ts";
import { extensionKeys } from "../../../../src/supervisor/settings/keys/extension-keys.ts";
import { knownKeys, knownTreeFor } from "../../../../src/supervisor/settings/keys/known-keys.ts";
import { complaintsOf } from "./settings-validator.ts";

const root = join(import.meta.dirname, "../../../..");
const fixtures = "test/fixtures/settings";
const read = (path: string): string => readFileSync(join(root, path), "utf8");

test.each([
  "examples/supervisor.yaml",
  ...readdirSync(join(root, fixtures)).map((name) => `${fixtures}/${name}`),
])("%s has nothing that the schema refuses", (path) => {
  expect(complaintsOf(read(path))).toEqual([]);
});

const pages = readdirSync(join(root, "docs")).filter((name) => name.endsWith(".md"));
const docs = pages.flatMap((page) =>
  [...read(`docs/${page}`).matchAll(/```yaml\n(.*?)```/gs)].flatMap(([, block = ""]) =>
    /^(server|agent):/m.test(block) ? [[page, block] as const] : [],
  ),
);

test.each(docs)("settings in docs/%s have nothing that the schema refuses", (_, block) => {
  // Some show one part only.
  const served = /^server:/m.test(block) ? block : `server: {endpoint: ws://h}\n${block}`;
  const whole = /^agent:/m.test(served) ? served : `${served}agent:\n`;
  const text = /^ {2}executable:/m.test(whole)
    ? whole
    : whole.replace(/^agent:\n/m, "$&  executable: x\n");
  expect(complaintsOf(text)).toEqual([]);
});

const start = "server: {endpoint: ws://h}\nagent:\n  executable: x\n";

test.each([
  ["a mistyped key", "  exeutable: x\n"],
  ["a mistyped section", "sever: {}\n"],
  ["a key at the wrong place", "endpoint: ws://h\n"],
  ["a number where a text belongs", "  instance_id: 5\n"],
  ["a text where a number belongs", '  opamp_server_port: "5"\n'],
  ["a port that is none", "  opamp_server_port: 65536\n"],
  ["a duration without a unit", "  stop_timeout: 5\n"],
  ["a duration that is none", "  stop_timeout: five\n"],
  ["nothing where there must be time", "  start_timeout: 0s\n"],
  ["a negative duration", "  stop_timeout: -1s\n"],
  ["a word that is no choice", "  reload: maybe\n"],
  ["a text where true or false belongs", '  passthrough_logs: "yes"\n'],
  ["a number in a list of texts", "  args: [5]\n"],
  ["a map in the place of a list", "  args: {a: b}\n"],
  ["an extension that there is not", "extensions: {bearertoken: {}}\n"],
  ["a mistyped key of an extension", "extensions: {basicauth/a: {client_auth: {user: x}}}\n"],
  ["a mistyped key in a list", "telemetry: {logs: {processors: [{batsh: {}}]}}\n"],
])("%s is refused", (_, lines) => {
  expect(complaintsOf(start)).toEqual([]);
  expect(complaintsOf(start + lines)).not.toEqual([]);
});

test("what must be written is asked for", () => {
  expect(complaintsOf("server: {}\nagent: {executable: x}\n")).not.toEqual([]);
  expect(complaintsOf("server: {endpoint: ws://h}\n")).not.toEqual([]);
  expect(complaintsOf("server: {endpoint: ws://h}\nagent: {}\n")).not.toEqual([]);
  expect(complaintsOf("server: {endpoint: ws://h}\nagent: {mode: attach}\n")).toEqual([]);
});

const values: readonly unknown[] = [
  ...[null, true, false, 0, 1, -1, 5, 7, 65_535, 65_536, 1e9, 1.5, -0, [], {}, "", " "],
  ...["x", "true", "0", "-0", "0s", "-0s", "-0.0h", "+5s", "5s", "-5s", "5", "1h2m3.5s", ".5s"],
  ...["0.000s0h", "0s1ns", "5 s", " 5s ", "1.5µs", "5d", "AUTO", " Restart ", "none", "GZIP"],
  ...["1.2", "Warning", "DPANIC", "basic", "${A}", "${env:A:-b}", "x${A}s", "$${A}", "$$${A}"],
  ...["${env:${A}}", "$A", ["a"], ["a", ""], ["${A}"], [5], [null], [true], [{}], { a: "b" }],
  ...[{ a: null }, { a: 5 }, { a: ["b"] }, { a: ["b", 5] }, { a: { b: "c" } }, ["${A}", 1]],
];

const rules = [
  ...Object.entries(knownKeys).filter(([path]) => path !== "extensions"),
  ...Object.entries(extensionKeys).flatMap(([type, keys]) =>
    Object.entries(keys).map(([key, rule]) => [`extensions.${type}.${key}`, rule] as const),
  ),
];

/** One key for each kind of rule, in a list and out of one. */
const paths = [
  ...new Map(
    rules.map(([path, { type, ...rule }]) => {
      const limits = { ...rule, default: undefined, secret: undefined };
      return [JSON.stringify([type, limits, path.includes("[]"), path === "agent.policy"]), path];
    }),
  ).values(),
];

/** A file with that value at that path. */
function fileWith(path: string, value: unknown): string {
  const [first = "", ...rest] = path.split(".");
  const inside = rest.reduceRight<unknown>(
    (inner, name) => (name.endsWith("[]") ? { [name.slice(0, -2)]: [inner] } : { [name]: inner }),
    value,
  );
  const base = { server: { endpoint: "ws://h" }, agent: { executable: "x" } } as Record<
    string,
    object
  >;
  return stringify({ ...base, [first]: { ...base[first], ...(inside as object) } });
}

/** Whether the daemon has something against the shape of a file; every variable that is referred to says `said`. */
function isRefused(text: string, said: string): boolean {
  const lines = new LineCounter();
  const document = parseDocument(text, { ...yamlOptions, lineCounter: lines });
  const problems = createProblemList("supervisor.yaml", text, lines);
  const environment = new Map([
    ["A", said],
    ["b", said],
  ]);
  const sources = { environment, workingDirectory: root };
  const tree = buildTree(document, { source: text, sources, problems, unset: [], references: [] });
  checkTree(tree, knownTreeFor(tree), problems);
  return problems.hasErrors();
}

// What a variable may say so that a key of some kind takes it.
const saids = ["5", "5s", "true", "auto", "gzip", "none", "info", "[a]", "{a: b}", "", "1.2", "m"];

test("there are keys of every kind", () => {
  expect(paths.length).toBeGreaterThan(20);
});

test("what the daemon takes, the schema takes, at a key of every kind", () => {
  const missed = paths.flatMap((path) =>
    values
      .map((value) => fileWith(path, value))
      .filter((text) => complaintsOf(text).length > 0)
      .filter((text) =>
        (text.includes("${") ? saids : [""]).some((said) => !isRefused(text, said)),
      ),
  );
  expect(missed).toEqual([]);
});

test("what no value of a variable makes the daemon take, the schema refuses", () => {
  const known = new Set(["server.endpoint", "agent.executable"]);
  const missed = paths
    .filter((path) => !known.has(path))
    .flatMap((path) =>
      values
        .map((value) => fileWith(path, value))
        .filter(
          (text) => !text.includes("$") && isRefused(text, "") && complaintsOf(text).length === 0,
        ),
    );
  expect(missed).toEqual([]);
});
