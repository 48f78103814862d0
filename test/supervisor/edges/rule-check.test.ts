import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { RemoteConfig, RenderedConfig } from "../../../src/agent-config/config.ts";
import { type Connections, noConnections } from "../../../src/agent-config/connections.ts";
import { createRuleCheck } from "../../../src/supervisor/edges/rule-check.ts";
import { renderedOf } from "../../helpers/core/core-samples.ts";
import { pipeline, rulesOf } from "../../helpers/core/rules.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

interface Rig {
  readonly folder: string;
  readonly check: (
    config: RenderedConfig,
    remote?: RemoteConfig,
    connections?: Connections,
  ) => string | undefined;
}

function rig(): Rig {
  const folder = temporaryFolder();
  const directory = join(folder, "storage");
  mkdirSync(directory);
  symlinkSync(directory, join(folder, "link"));
  const local = join(folder, "local.yaml");
  writeFileSync(local, `extensions: {file_storage: {directory: ${directory}/queue}}\n`);
  const rules = rulesOf({}, [join(folder, "supervisor.yaml")]);
  const store = { directory, secretsDirectory: join(directory, "secrets") };
  const check = createRuleCheck(rules, [local], folder, store);
  return {
    folder,
    check: (config, remote, connections = noConnections) => check(config, remote, connections),
  };
}

const offer = (...texts: readonly string[]): RemoteConfig => ({
  hash: "01",
  digest: "d",
  files: texts.map((text, index) => ({ name: `part ${index}`, text })),
  problem: undefined,
});

const writing = (path: string): string => pipeline("nop: {}", `file: {path: ${path}}`);

test("no offer names the storage directory or supervisor.yaml, through links and from the folder of the agent", () => {
  const { folder, check } = rig();
  const names = [
    "storage/journal.json",
    "link/journal.json",
    "supervisor.yaml",
    `${folder}/link/new`,
  ];
  for (const path of names) {
    expect(check(renderedOf(writing(path))), path).toContain("it belongs to the supervisor");
  }
  expect(check(renderedOf(writing("elsewhere.json")))).toBeUndefined();
});

test("a refusal names the part of the offer", () => {
  const { check } = rig();
  const text = writing("supervisor.yaml");
  const files = [
    { name: "a", text },
    { name: "", text: "receivers: {}\n" },
  ];
  const remote = { hash: "01", digest: "d", files, problem: undefined };
  expect(check(renderedOf(text), remote)).toContain(
    'exporters.file.path in remote configuration "a" is supervisor.yaml',
  );
});

test("what a local layer says is the operator's own choice", () => {
  const { folder, check } = rig();
  const text = (name: string): string =>
    `extensions: {file_storage: {directory: ${folder}/storage/${name}}}\nservice: {extensions: [file_storage]}\n`;
  expect(check(renderedOf(text("queue")))).toBeUndefined();
  expect(check(renderedOf(text("secrets")))).toContain("file_paths.own");
});

const refused = "file_paths.own";

test("what no server wrote is not looked for in the whole configuration", () => {
  const { folder, check } = rig();
  const whole = renderedOf(writing(`${folder}/storage/journal.json`));
  expect(check(whole, offer("receivers: {nop: }\n", "exporters: {nop: }\n"))).toBeUndefined();
  expect(check(whole)).toContain(refused);
});

test("each part of an offer may name a file of ours, and so may an offered connection", () => {
  const { folder, check } = rig();
  const whole = renderedOf(writing(`${folder}/storage/journal.json`));
  const plain = "receivers: {nop: }\n";
  const parts = [
    writing("storage/journal.json"),
    writing(`${folder}/storage/journal.json`),
    writing("link/x"),
    writing('"st\\x6frage/x"'),
    writing("${env:SOMETHING}"),
    writing("!!binary c3RvcmFnZQ=="),
    writing("../x"),
    pipeline('filelog: {include: ["stor?ge/*.json"]}'),
    pipeline("filelog: {include: ['super[v]isor.yaml']}"),
  ];
  for (const part of parts) {
    expect(check(whole, offer(plain, part, plain)), part).toContain(refused);
  }
  const settings = { endpoint: "unix:storage/x", headers: [], tls: undefined, proxy: undefined };
  const others = [{ name: "file", settings }] as unknown as Connections["others"];
  expect(check(whole, offer(plain), { ...noConnections, others })).toContain(refused);
});
