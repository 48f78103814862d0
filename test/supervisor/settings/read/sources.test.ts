import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { SourceTexts } from "../../../../src/sources/source.ts";
import {
  readSettings,
  type SettingsResult,
} from "../../../../src/supervisor/settings/read/read-settings.ts";
import { agentPath } from "../../../helpers/agent/agents.ts";
import { temporaryFolder } from "../../../helpers/temporary-folder.ts";

const settingsText = (rest: string): string =>
  `server: {endpoint: "ws://127.0.0.1:1", headers: {Authorization: "Bearer \${ssm:/token}"}}
agent:
  executable: ${agentPath("healthy")}
${rest}`;

function read(
  text: string,
  fetched: SourceTexts,
  copyOf?: (file: string) => string | undefined,
  folder = temporaryFolder(),
): SettingsResult {
  writeFileSync(join(folder, "supervisor.yaml"), text);
  return readSettings(join(folder, "supervisor.yaml"), new Map(), folder, fetched, copyOf);
}

const layers = "  config_files: [s3://bucket/base.yaml, $REMOTE_CONFIG, env:OVER]\n";

test("what is referred to and not there yet is named, all at once", () => {
  const { wanted, settings } = read(settingsText(layers), new Map());
  expect(settings).toBeUndefined();
  expect(wanted.toSorted()).toEqual(["env:OVER", "s3://bucket/base.yaml", "ssm:/token"]);
});

test("what only a comment refers to is nobody's wish", () => {
  expect(read(`# \${ssm:/other}\n${settingsText("")}`, new Map()).wanted).toEqual(["ssm:/token"]);
});

test("texts stand in their places, without the line break at the end of a secret", () => {
  const { settings, problems, wanted } = read(
    settingsText(layers),
    new Map([
      ["ssm:/token", { text: "abc\n" }],
      ["s3://bucket/base.yaml", { text: "a: 1\n", stale: "no network" }],
      ["env:OVER", { text: "b: 1\n" }],
    ]),
  );
  expect([problems, wanted]).toEqual([[], []]);
  expect(settings?.server.headers.get("Authorization")).toEqual(["Bearer abc"]);
  expect(settings?.agent.configFiles).toEqual([
    "s3://bucket/base.yaml",
    "$REMOTE_CONFIG",
    "env:OVER",
  ]);
  expect([...(settings?.agent.fetchedLayers ?? [])]).toEqual([
    ["s3://bucket/base.yaml", "a: 1\n"],
    ["env:OVER", "b: 1\n"],
  ]);
});

test("what cannot be had is said where it is written, with the reason", () => {
  const { problems, settings } = read(
    settingsText("  config_files: ['https://h.example/a.yaml?sig=hidden']\n"),
    new Map([
      ["ssm:/token", { fault: "AWS has no such parameter" }],
      ["https://h.example/a.yaml?sig=hidden", { fault: "no answer within 10 s" }],
    ]),
  );
  expect(settings).toBeUndefined();
  const unreachable = problems.filter(({ code }) => code === "source-unreachable");
  expect(unreachable.map(({ path, line, message }) => ({ path, line, message }))).toEqual([
    {
      ...{ path: "server.headers.Authorization", line: 1 },
      message: "${ssm:/token} cannot be fetched: AWS has no such parameter",
    },
    {
      ...{ path: "agent.config_files[0]", line: 4 },
      message: "https://h.example/a.yaml cannot be fetched: no answer within 10 s",
    },
  ]);
});

test("the settings themselves may be such a text", () => {
  const source = "ssm:/supervisor.yaml";
  expect(readSettings(source, new Map(), "/", new Map())).toMatchObject({
    settings: undefined,
    wanted: [source],
  });
  const text = `server: {endpoint: "ws://127.0.0.1:1"}\nagent: {executable: ${agentPath("healthy")}, mode: other}\n`;
  const { problems } = readSettings(source, new Map(), "/", new Map([[source, { text }]]));
  expect(problems).toMatchObject([{ file: source, line: 2, path: "agent.mode" }]);
});

test("a file that is gone is an error, and a warning where there is a copy of it", () => {
  const folder = temporaryFolder();
  const text = settingsText("  config_files: [file:gone.yaml, $REMOTE_CONFIG]\n");
  const token: SourceTexts = new Map([["ssm:/token", { text: "abc" }]]);
  const without = read(text, token, undefined, folder);
  expect(without.settings).toBeUndefined();
  expect(without.problems.map(({ message }) => message)).toEqual([
    '"file:gone.yaml" does not exist: expected a collector configuration',
  ]);
  const gone = join(folder, "gone.yaml");
  const copyOf = (file: string): string | undefined => (file === gone ? "a: 1\n" : undefined);
  const { settings, problems } = read(text, token, copyOf, folder);
  expect(problems).toMatchObject([{ severity: "warning", path: "agent.config_files[0]" }]);
  expect(settings?.agent.configFiles).toEqual([gone, "$REMOTE_CONFIG"]);
  expect([...(settings?.agent.fetchedLayers ?? [])]).toEqual([[gone, "a: 1\n"]]);
});
