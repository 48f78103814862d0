import { join } from "node:path";
import { test, expect } from "vitest";
import { complete, createAgentFolder, brief, settingsOf } from "../fixture-folder.ts";

const withServer = (lines: string): string =>
  complete().replace("agent:", `${lines.replace(/^/gm, "  ")}\nagent:`);

test("files by their whole paths, commands with their arguments", () => {
  const folder = createAgentFolder();
  folder.write("token", "abc");
  const text = withServer(
    "header_files: {Authorization: token}\nheader_commands: {X-Key: [print-key, --for, opamp]}\nheader_command_interval: 5m",
  );
  const read = folder.read(text);
  expect(brief(read.problems)).toEqual([]);
  expect(settingsOf(read).server).toMatchObject({
    headerFiles: new Map([["Authorization", join(folder.path, "token")]]),
    headerCommands: new Map([["X-Key", ["print-key", "--for", "opamp"]]]),
    headerCommandIntervalMs: 300_000,
  });
});

test("a file that is not there yet is a warning", () => {
  const read = createAgentFolder().read(withServer("header_files: {X: none}"));
  settingsOf(read);
  expect(brief(read.problems)).toEqual(["warning file-missing server.header_files.X 3:21"]);
});

test.each([
  ["header_files: {'a b': token}", "header_files.a b"],
  ["header_files: {X: }", "header_files.X"],
  ["header_commands: {X: []}", "header_commands.X"],
  ["header_commands: {X: get-key --for opamp}", "header_commands.X"],
  ["header_commands: {'a b': [x]}", "header_commands.a b"],
  ["headers: {x-key: a}\nheader_commands: {X-Key: [b]}", "header_commands.X-Key"],
  ["header_files: {A: token}\nheader_commands: {a: [b]}", "header_commands.a"],
])("%s is refused", (lines, key) => {
  const folder = createAgentFolder();
  folder.write("token", "abc");
  const { problems } = folder.read(withServer(lines));
  expect(problems).toMatchObject([
    { severity: "error", code: "value-invalid", path: `server.${key}` },
  ]);
});

test("the arguments of a command are never shown: they may be secret", () => {
  const { problems } = createAgentFolder().read(withServer("header_commands: {X: {a: planted}}"));
  expect(problems).toHaveLength(1);
  expect(JSON.stringify(problems)).not.toContain("planted");
});
