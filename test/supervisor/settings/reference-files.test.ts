import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test, expect } from "vitest";
import { createFolder, settingsOf } from "./fixture-folder.ts";

const fixtures = join(import.meta.dirname, "../../fixtures/settings");

// Files as people have them for the reference supervisor, with the files that they name.
const cases = [
  ["linux.yaml", ["../bin/otelcol_linux_amd64"], []],
  [
    "windows.yaml",
    ["C:\\Program Files\\OpenTelemetry\\otelcol.exe"],
    ["C:\\ProgramData\\Otelcol\\base.yaml"],
  ],
  ["startup-fallback.yaml", ["bin/otelcol"], ["etc/fallback.yaml"]],
  ["with-extensions.yaml", ["bin/otelcol"], ["etc/base.yaml", "etc/pinned.yaml"]],
  ["every-reference-key.yaml", ["bin/otelcol"], ["etc/base.yaml", "etc/fallback.yaml"]],
] as const;

test.each(cases)("%s of the reference is accepted unchanged", (name, programs, files) => {
  const folder = createFolder();
  // A level deeper, because one of them names its program by `../`.
  for (const program of programs) folder.program(program.replace(/^\.\.\//, ""));
  for (const file of files) folder.write(file, "");
  const text = readFileSync(join(fixtures, name), "utf8").replace(": ../", ": ./");
  const read = folder.read(text, { API_TOKEN: "token", CLIENT_SECRET: "secret" });
  settingsOf(read);
  expect(read.problems.filter((each) => each.severity === "error")).toEqual([]);
});

test("what a reference file says arrives in the settings", () => {
  const folder = createFolder();
  folder.program("bin/otelcol");
  folder.write("etc/base.yaml", "");
  folder.write("etc/fallback.yaml", "");
  const text = readFileSync(join(fixtures, "every-reference-key.yaml"), "utf8");
  const settings = settingsOf(folder.read(text, { API_TOKEN: "token" }));
  expect(settings.server.headers.get("Authorization")).toEqual(["Bearer token"]);
  expect(settings.agent).toMatchObject({
    instanceId: "018fee23-4a51-7303-a441-73faed7d9deb",
    configApplyTimeoutMs: 8_000,
    crashLogSnippetBytes: 16_384,
    passthroughLogs: true,
    args: ["--feature-gates", "service.AllowNoPipelines"],
  });
  expect(settings.log).toMatchObject({ level: "debug", encoding: "console" });
});

test("the order of layers that a file asks for is kept", () => {
  const folder = createFolder();
  folder.program("bin/otelcol");
  folder.write("etc/base.yaml", "");
  folder.write("etc/pinned.yaml", "");
  const text = readFileSync(join(fixtures, "with-extensions.yaml"), "utf8");
  const { agent } = settingsOf(folder.read(text, { API_TOKEN: "t", CLIENT_SECRET: "s" }));
  expect(agent.configFiles).toEqual([
    "$OWN_TELEMETRY_CONFIG",
    join(folder.path, "etc/base.yaml"),
    "$OPAMP_EXTENSION_CONFIG",
    "$REMOTE_CONFIG",
    join(folder.path, "etc/pinned.yaml"),
  ]);
});
