import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createRuleCheck } from "../../../src/supervisor/edges/rule-check.ts";
import { renderedOf } from "../../helpers/core/core-samples.ts";
import { pipeline, rulesOf } from "../../helpers/core/rules.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

function rig(): { folder: string; check: ReturnType<typeof createRuleCheck>; local: string } {
  const folder = temporaryFolder();
  const directory = join(folder, "storage");
  mkdirSync(directory);
  symlinkSync(directory, join(folder, "link"));
  const local = join(folder, "local.yaml");
  writeFileSync(local, `extensions: {file_storage: {directory: ${directory}/queue}}\n`);
  const rules = rulesOf({}, [join(folder, "supervisor.yaml")]);
  const store = { directory, secretsDirectory: join(directory, "secrets") };
  return { folder, local, check: createRuleCheck(rules, [local], folder, store) };
}

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
