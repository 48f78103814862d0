import { expect, test } from "vitest";
import { brief, createAgentFolder } from "../fixture-folder.ts";

const read = (text: string) => createAgentFolder().read(text).problems;

test("a key with a space too few says where its neighbours stand", () => {
  const problems = read(
    "server:\n  endpoint: ws://127.0.0.1:1\n agent:\n   executable: ./otelcol\n",
  );
  expect(brief(problems)).toEqual(["error yaml-invalid  3:2"]);
  expect(problems[0]?.message).toBe(
    "agent is indented by 1 space: expected 2 spaces as endpoint or no spaces as server above it",
  );
});

test("a section within another one is looked at where it belongs, and only its place is wrong", () => {
  const problems = read(
    "server:\n  endpoint: ws://127.0.0.1:1\n  agent:\n    executable: ./none\n",
  );
  expect(brief(problems)).toEqual([
    "error key-unknown server.agent 3:3",
    "error file-missing agent.executable 4:17",
  ]);
  expect(problems[0]?.message).toContain("stands at the top of the file");
});

test("a key below an empty one that it belongs under lacks its spaces, and nothing is missing", () => {
  const problems = read("server:\n  endpoint: ws://127.0.0.1:1\nagent:\nexecutable: ./otelcol\n");
  expect(brief(problems)).toEqual(["error key-unknown agent.executable 4:1"]);
  expect(problems[0]?.message).toContain("two more spaces");
});

test("a reference that breaks a list in brackets is to stand in quotes", () => {
  const [problem] = read("agent: {config_files: [${DIR}/x.yaml]}\n");
  expect(problem?.message).toContain("a value with ${…} stands in quotes");
});

test("a variable that is not set within a path that is made is an error, with a way to mean it", () => {
  const start = "server:\n  endpoint: ws://127.0.0.1:1\nagent:\n  executable: ./otelcol\n";
  const storage = (directory: string) => `${start}storage:\n  directory: ${directory}\n`;
  const problems = read(storage("${DATA}/opamp"));
  expect(brief(problems)).toEqual(["error variable-unset storage.directory 6:14"]);
  expect(problems[0]?.message).toContain("${env:DATA:-…}");
  expect(read(storage("${env:DATA:-}/opamp"))).toEqual([]);
});

test.each([
  ["~/opamp", "${HOME}"],
  ["$DATA/opamp", "${DATA}"],
])("a path such as %s is warned of: nobody replaces what a shell would", (directory, words) => {
  const start = "server:\n  endpoint: ws://127.0.0.1:1\nagent:\n  executable: ./otelcol\n";
  const problems = read(`${start}storage:\n  directory: ${directory}\n`);
  expect(brief(problems)).toEqual(["warning value-invalid storage.directory 6:14"]);
  expect(problems[0]?.message).toContain(words);
});
