import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test, expect } from "vitest";
import { createAgentFolder, complete, settingsOf, brief } from "../fixture-folder.ts";

const place = { allow: undefined, deny: [] };

test("a policy in place is read, with the supervisor's own files", () => {
  const folder = createAgentFolder();
  folder.write("own.yaml", "receivers: {}\n");
  const text = complete(
    "  policy:\n    components: {deny: [filelog]}\n    listen: {allow: []}\n  config_files: [own.yaml, $REMOTE_CONFIG]\n",
  );
  expect(settingsOf(folder.read(text)).agent.rules).toEqual({
    limits: { components: { ...place, deny: ["filelog"] }, listen: { ...place, allow: [] } },
    ownFiles: ["supervisor.yaml", "otelcol", "own.yaml"].map((name) => join(folder.path, name)),
    ownHealthChecks: ["localhost:13133", "localhost:13133"],
  });
});

test("a policy in a file of its own is the same", () => {
  const folder = createAgentFolder();
  const file = folder.write("policy.yaml", "providers:\n  allow: [env]\n");
  const { rules } = settingsOf(folder.read(complete("  policy: ./policy.yaml\n"))).agent;
  expect(rules.limits).toEqual({ providers: { ...place, allow: ["env"] } });
  expect(rules.ownFiles).toContain(file);
});

test("without the key nothing is restricted but the supervisor's own files", () => {
  const { rules } = settingsOf(createAgentFolder().read(complete())).agent;
  expect(rules.limits).toEqual({});
  expect(rules.ownFiles).not.toEqual([]);
});

test("settings that are no places are read beside the lists, or are mistakes", () => {
  const text = complete("  policy:\n    not_places: [exporters.signalfx.realm]\n");
  expect(settingsOf(createAgentFolder().read(text)).agent.rules).toMatchObject({
    limits: {},
    notPlaces: ["exporters.signalfx.realm"],
  });
  const wrong = createAgentFolder().read(complete("  policy:\n    not_places: [realm]\n"));
  expect(brief(wrong.problems)).toEqual(["error value-invalid agent.policy.not_places[0] 6:18"]);
});

test("an entry with $$ stands for the text of a reference", () => {
  const text = complete('  policy:\n    listen: {allow: ["$${env:IP}:4317"]}\n');
  const { rules } = settingsOf(createAgentFolder().read(text)).agent;
  expect(rules.limits.listen?.allow).toEqual(["${env:IP}:4317"]);
});

test("the health check that the operator names is the supervisor's own", () => {
  const text = complete(
    '  health_check_endpoint: "127.0.0.1:1313"\n  policy: {listen: {allow: []}}\n',
  );
  const { rules } = settingsOf(createAgentFolder().read(text)).agent;
  expect(rules.ownHealthChecks).toContain("127.0.0.1:1313");
});

test("every mistake in place is shown at once, with its line", () => {
  const lines = [
    "  policy:",
    "    components: {allow: [pipelines/x]}",
    "    exporter_hosts: {deny: [good.example, 'https://x']}",
    "    file_paths: {allow: [var/log]}",
    "    providers: {allow: ['${env}']}",
    "    listen: {deny: ['a b']}",
    "    listening: {}",
    "",
  ];
  const { settings, problems } = createAgentFolder().read(complete(lines.join("\n")));
  expect(settings).toBeUndefined();
  expect(brief(problems)).toEqual([
    "error value-invalid agent.policy.components.allow[0] 6:26",
    "error value-invalid agent.policy.exporter_hosts.deny[1] 7:43",
    "error value-invalid agent.policy.file_paths.allow[0] 8:26",
    "error variable-unset agent.policy.providers.allow[0] 9:26",
    "error value-invalid agent.policy.listen.deny[0] 10:21",
    "error key-unknown agent.policy.listening 11:5",
  ]);
});

test("mistakes in the file are shown with its name and line, beside those of supervisor.yaml", () => {
  const folder = createAgentFolder();
  const file = folder.write("policy.yaml", "listen:\n  alow: [x]\nproviders:\n  allow: ['a b']\n");
  const { settings, problems } = folder.read(complete("  policy: policy.yaml\n  nothing: 1\n"));
  expect(settings).toBeUndefined();
  expect(problems.map(({ file: name, path, line }) => [name, path, line])).toEqual([
    ["supervisor.yaml", "agent.nothing", 6],
    [file, "listen.alow", 2],
    [file, "providers.allow[0]", 4],
  ]);
});

test.each(["", "[]", "a: [", "listen:\n  allow:\n"])("a file that holds %j is refused", (text) => {
  const folder = createAgentFolder();
  folder.write("policy.yaml", text);
  expect(folder.read(complete("  policy: policy.yaml\n")).settings).toBeUndefined();
});

test.each([
  "policy:",
  "policy: {}",
  "policy: {listen: }",
  "policy: {listen: {allow: }}",
  "policy: []",
])("%s restricts nothing and is refused", (line) => {
  expect(createAgentFolder().read(complete(`  ${line}\n`)).settings).toBeUndefined();
});

test("a file that is not there is an error at the key", () => {
  const { problems } = createAgentFolder().read(complete("  policy: none.yaml\n"));
  expect(brief(problems)).toEqual(["error file-missing agent.policy 5:11"]);
});

test("the policy in the documentation is good as it stands", () => {
  const text = readFileSync(join(import.meta.dirname, "../../../../docs/policy.md"), "utf8");
  const blocks = [...text.matchAll(/^```yaml\n(.*?)^```/gms)].map(([, block = ""]) => block);
  expect(blocks).not.toEqual([]);
  const limits = blocks.map((block) => {
    const folder = createAgentFolder();
    folder.write("policy.yaml", block);
    const { settings, problems } = folder.read(complete("  policy: policy.yaml\n"));
    expect(problems).toEqual([]);
    return settings?.agent.rules.limits;
  });
  expect(Object.keys(limits[0] ?? {})).toHaveLength(5);
});
