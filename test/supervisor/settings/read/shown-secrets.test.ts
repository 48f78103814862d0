import { writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { SourceText } from "../../../../src/sources/source.ts";
import {
  formatProblem,
  readSettings,
} from "../../../../src/supervisor/settings/read/read-settings.ts";
import { agentPath } from "../../../helpers/agent/agents.ts";
import { temporaryFolder } from "../../../helpers/temporary-folder.ts";

/** No name of a variable: those are shown where they are not set. */
const secret = "hunter.2";

/** Texts as nobody would write them, from what references are made of, with the secret where it is not to be shown. */
const pieces = fc.array(
  fc.constantFrom(
    ...["${", "}", "$", "$$", ":", ":-", "/", "//", "#", "@", "a", "A", " ", "\n", "[", "{", "'"],
    ...["env:", "ssm:", "ssm:/a", "s3://bucket/", "file:", "file:a", "https://h.example/a"],
    ...["https:", "secretsmanager:a", "HTTPS://", "ftp://h", "${ssm:/a}", "${env:A}"],
  ),
  { maxLength: 12 },
);
const shownParts = pieces.map((all) => all.join(""));
const withKey = fc
  .tuple(fc.constantFrom("https://h.example/a?sig=", "http://h?", "HTTPS://h/a?b="), shownParts)
  .map(([address, rest]) => `${address}${secret}${rest.replaceAll(/[\s'"}]/g, "")}`);
const written = fc.oneof(
  shownParts,
  withKey,
  shownParts.map((text) => `\${${text}}`),
  withKey.map((text) => `\${${text}}`),
);
/**
 * A fetched text: all of it may be a secret, so that each piece of it has the secret beside it. Where a file lies is none:
 * a path is shown, whoever has named it.
 */
const fetchedText = pieces.map((all) =>
  all
    .filter((piece) => !piece.startsWith("file:"))
    .map((piece) => `${piece}${secret}`)
    .join(""),
);

const got: fc.Arbitrary<SourceText> = fc.oneof(
  fetchedText.map((text) => ({ text })),
  fc.constant({ fault: "it is away" }),
);

test("whatever is written in a reference or among the layers, reading does not throw and shows no secret", () => {
  const folder = temporaryFolder();
  const file = join(folder, "supervisor.yaml");
  fc.assert(
    fc.property(written, written, written, got, (value, layer, source, answer) => {
      const quoted = (text: string): string =>
        `'${text.replaceAll("'", "''").replaceAll("\n", " ")}'`;
      writeFileSync(
        file,
        `server: {endpoint: "ws://127.0.0.1:1", headers: {Authorization: ${quoted(value)}}}
agent:
  executable: ${agentPath("healthy")}
  config_files:
    - ${quoted(layer)}
  env:
    A: ${quoted(source)}
`,
      );
      const environment = new Map([["A", "${ssm:/a}"]]);
      let fetched: ReadonlyMap<string, SourceText> = new Map();
      for (let round = 0; round < 3; round += 1) {
        const { problems, wanted } = readSettings(file, environment, folder, fetched);
        const said = problems.map(formatProblem).join("\n");
        expect(said).not.toContain(secret);
        fetched = new Map([...fetched, ...wanted.map((each) => [each, answer] as const)]);
      }
    }),
    { numRuns: 400, interruptAfterTimeLimit: 3_000 },
  );
});

test("a fetched text with a reference in it that is none is not shown, and said where it came from", () => {
  const folder = temporaryFolder();
  const file = join(folder, "supervisor.yaml");
  writeFileSync(
    file,
    `server: {endpoint: "ws://127.0.0.1:1", headers: {Authorization: "\${ssm:/token}"}}
agent: {executable: ${agentPath("healthy")}}
`,
  );
  const fetched = new Map([["ssm:/token", { text: "abc${hunter 2}def" }]]);
  const { problems } = readSettings(file, new Map(), folder, fetched);
  expect(problems).toMatchObject([{ code: "value-invalid", path: "server.headers.Authorization" }]);
  expect(problems[0]?.message).toContain("${ssm:/token}");
  expect(problems[0]?.message).not.toContain("hunter");
});

test.each([
  ["a fetched secret", "server: ${ssm:/a}\n", { text: "[".repeat(20_000) }],
  ["fetched settings", undefined, { text: "[".repeat(20_000) }],
  ["fetched settings without an end", undefined, { text: "a".repeat(2 * 1024 * 1024) }],
  [
    "references within references",
    `server: {endpoint: "${"${".repeat(20_000)}${"}".repeat(20_000)}"}\n`,
    { text: "" },
  ],
  ["references that do not end", `server: {endpoint: "${"${".repeat(200_000)}"}\n`, { text: "" }],
])("%s that would end the process, or keep it for minutes, is a problem", (_name, text, answer) => {
  const folder = temporaryFolder();
  const file = join(folder, "supervisor.yaml");
  if (text !== undefined) writeFileSync(file, text);
  const fetched = new Map([["ssm:/a", answer]]);
  const read = readSettings(text === undefined ? "ssm:/a" : file, new Map(), folder, fetched);
  expect(read.settings).toBeUndefined();
  expect(read.problems.length).toBeGreaterThan(0);
});

test.each([
  ["a text that is out of place", 'server: {a: b}}\nagent:\n  env: {TOKEN: "hunter.2"}\n'],
  ["braces behind a key that is never secret", 'server: {a: b: c, headers: {A: "hunter.2"}}\n'],
  ["a key behind a comma", 'server: {\n  endpoint: a: b, headers: {A: "hunter.2"}}\n'],
  ["what seems to be a comment", 'server:# {headers: {A: "hunter.2"}}\n b: c: d\n'],
  ["what seems to be a tag", "server: {headers: {A: !hunter.2}}\n"],
  ["what seems to be an alias", "server: {headers: {A: *hunter.2}}\n"],
  ["a section within another one", 'server: {}\nagent:\n  server: {headers: {A: "hunter.2"}}\n'],
  ["what seems to be a block", "server:\n  headers:\n    A: |hunter.2\n"],
])("%s is not shown where it is no YAML or nearly none", (_what, text) => {
  const folder = temporaryFolder();
  const file = join(folder, "supervisor.yaml");
  writeFileSync(file, text);
  const { problems } = readSettings(file, new Map(), folder);
  expect(problems.length).toBeGreaterThan(0);
  expect(problems.map(formatProblem).join("\n")).not.toContain("hunter");
});

test.each(["", "\r", "\u2028"])(
  "a comment beside what is wrong is not shown: settings that are turned off have their secrets still (%j)",
  (end) => {
    const folder = temporaryFolder();
    const file = join(folder, "supervisor.yaml");
    writeFileSync(file, `agent: 1 # headers${end}: {Authorization: "Bearer ${secret}"}\n`);
    const said = readSettings(file, new Map(), folder).problems.map(formatProblem).join("\n");
    expect(said).toContain("agent: 1 #***");
    expect(said).not.toContain(secret);
  },
);

test("what stands in a second document, which is not read, is not shown", () => {
  const folder = temporaryFolder();
  const file = join(folder, "supervisor.yaml");
  writeFileSync(file, `server: {}\n...\nheaders: {Authorization: "Bearer ${secret}"}\n`);
  const said = readSettings(file, new Map(), folder).problems.map(formatProblem).join("\n");
  expect(said).toContain("a second document begins here");
  expect(said).not.toContain(secret);
});

test.each([
  `? server: {headers: {Authorization: "Bearer ${secret}"}}\n`,
  `? [${secret}]\n: 1\n`,
  `a: &x 1\n? *${secret}\n: 1\n`,
])("what a question mark makes a key of is not shown: %s", (text) => {
  const folder = temporaryFolder();
  const file = join(folder, "supervisor.yaml");
  writeFileSync(file, text);
  const said = readSettings(file, new Map(), folder).problems.map(formatProblem).join("\n");
  expect(said).not.toBe("");
  expect(said).not.toContain(secret);
});

test.each([
  `server: {headertrues: {Authorization: "Bearer ${secret}"}}\n`,
  `server: {header_file: "Bearer ${secret}"}\n`,
  `agent: {config_fils: [${secret}]}\n`,
])("whatever an unknown key looks like, what it says is not shown: %s", (text) => {
  const folder = temporaryFolder();
  const file = join(folder, "supervisor.yaml");
  writeFileSync(file, text);
  const said = readSettings(file, new Map(), folder).problems.map(formatProblem).join("\n");
  expect(said).toContain("unknown key");
  expect(said).not.toContain(secret);
});

test.each([
  ["letters beside a reference", `"${secret}\${UNSET_HERE}"`],
  ["letters beside a reference within one", `"${secret}\${A:-\${UNSET_HERE}}"`],
  ["letters behind a reference", `"\${UNSET_HERE}${secret}"`],
  ["a default beside a reference", `"\${A:-${secret}}\${UNSET_HERE}"`],
  ["a default that is a list", `"\${UNSET_HERE}\${A:-[${secret}]}"`],
])("%s are not shown where a secret may stand", (_what, value) => {
  const folder = temporaryFolder();
  const file = join(folder, "supervisor.yaml");
  writeFileSync(
    file,
    `server: {endpoint: "ws://127.0.0.1:1", headers: {Authorization: ${value}}}\n`,
  );
  const said = readSettings(file, new Map(), folder).problems.map(formatProblem).join("\n");
  expect(said).toContain("UNSET_HERE is not set");
  expect(said).not.toContain(secret);
});

test("a reference alone is shown where a secret may stand, its default is not", () => {
  const folder = temporaryFolder();
  const file = join(folder, "supervisor.yaml");
  const shownOf = (value: string): string => {
    writeFileSync(file, `server: {endpoint: "ws://h:1", headers: {A: ${value}}, what: 1}\n`);
    const { problems } = readSettings(file, new Map([["A", "a"]]), folder);
    return problems.map(formatProblem).join("\n");
  };
  expect(shownOf('"${A}"')).toContain('headers: {A: "${A}"}, what: ***');
  expect(shownOf("'${A}'")).toContain("headers: {A: '${A}'}, what: ***");
  expect(shownOf(`"\${A:-${secret}}"`)).not.toContain(secret);
});
