import { join } from "node:path";
import { test, expect } from "vitest";
import { createFolder, brief, settingsOf, createAgentFolder, complete } from "../fixture-folder.ts";

const server = "server: {endpoint: 'ws://127.0.0.1:4320/v1/opamp'}\n";

test("attach needs no more than the name of the program", () => {
  const read = createFolder().read(
    `${server}agent: {mode: attach, attach: {executable: otelcol}}\n`,
  );
  expect(brief(read.problems)).toEqual([]);
  const { agent } = settingsOf(read);
  expect(agent.executable).toBe("");
  expect(agent.attach).toEqual({
    configPath: undefined,
    configMode: 0o640,
    find: "process",
    executable: "otelcol",
    reloadCommand: [],
    restartCommand: [],
    mayEnd: false,
  });
});

test("each key that is written arrives", () => {
  const folder = createAgentFolder();
  const read = folder.read(
    complete(
      `  mode: attach
  attach:
    config_path: shared/effective.yaml
    config_mode: "0644"
    find: health
    reload_command: [systemctl, reload, otelcol]
    restart_command: [systemctl, restart, otelcol]
`,
      "capabilities: {accepts_restart_command: true}\n",
    ),
  );
  expect(brief(read.problems)).toEqual([]);
  expect(settingsOf(read).agent.attach).toEqual({
    configPath: join(folder.path, "shared/effective.yaml"),
    configMode: 0o644,
    find: "health",
    executable: "",
    reloadCommand: ["systemctl", "reload", "otelcol"],
    restartCommand: ["systemctl", "restart", "otelcol"],
    mayEnd: true,
  });
});

test("the program's name is the executable's when nothing else is written", () => {
  const read = createAgentFolder().read(complete("  mode: attach\n"));
  expect(settingsOf(read).agent.attach?.executable).toBe("otelcol");
});

test("without attach its keys are said to have no effect", () => {
  const read = createAgentFolder().read(complete("  attach: {executable: otelcol}\n"));
  expect(settingsOf(read).agent.attach).toBeUndefined();
  expect(brief(read.problems)).toEqual(["warning not-acted-on agent.attach.executable 5:24"]);
});

test.each([
  ["agent: {mode: attach}", "error key-missing agent.attach.executable"],
  [
    "agent: {mode: attach, attach: {find: health}}",
    "error key-missing agent.attach.reload_command",
  ],
  [
    "agent: {mode: attach, attach: {executable: bin/otelcol}}",
    "error value-invalid agent.attach.executable",
  ],
  [
    "agent: {mode: attach, attach: {executable: x, config_mode: '0666'}}",
    "error value-invalid agent.attach.config_mode",
  ],
  [
    "agent: {mode: attach, reload: restart, attach: {executable: x}}",
    "error value-invalid agent.reload",
  ],
  [
    "agent: {mode: attach, attach: {executable: x, restart: signal, restart_command: [y]}}",
    "error value-invalid agent.attach.restart",
  ],
  ["agent: {mode: beside}", "error value-invalid agent.mode"],
  ["agent: {mode: attach, args: [-x], attach: {executable: x}}", "warning not-acted-on agent.args"],
  ["agent: {mode: attach, env: {A: b}, attach: {executable: x}}", "warning not-acted-on agent.env"],
  [
    "agent: {mode: attach, passthrough_logs: true, attach: {executable: x}}",
    "warning not-acted-on agent.passthrough_logs",
  ],
  [
    "agent: {mode: attach, attach: {executable: x}}\ncapabilities: {accepts_restart_command: true}",
    "warning not-acted-on capabilities.accepts_restart_command",
  ],
])("%s: %s", (text, problem) => {
  const { problems } = createFolder().read(`${server}${text}\n`);
  const found = brief(problems).map((line) => line.replace(/ \d+:\d+$/, ""));
  expect(found).toContain(problem);
});

test("an agent that somebody else starts cannot be confined by us", () => {
  const read = createAgentFolder().read(complete("  mode: attach\n  confine: required\n"));
  expect(read.problems).toMatchObject([{ severity: "error", path: "agent.confine" }]);
  expect(read.problems[0]?.message).toContain("policy unit");
});
