import { test, expect } from "vitest";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { readSettings } from "../../../src/supervisor/settings/read/read-settings.ts";
import type { Settings } from "../../../src/supervisor/settings/settings.ts";
import { settingsChange } from "../../../src/supervisor/settings/settings-change.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

function settingsOf(more: string, environment: ReadonlyMap<string, string> = new Map()): Settings {
  const folder = temporaryFolder();
  const base = `server:\n  endpoint: ws://127.0.0.1:4320/v1/opamp\nagent:\n  executable: /bin/sh\nstorage:\n  directory: /tmp/x\n`;
  // Later keys of the same name are merged by hand: the tests below only replace whole lines.
  const text = more
    .split("\n")
    .filter((line) => line !== "")
    .reduce((sum, line) => {
      const [group = "", rest = ""] = line.split("|");
      return sum.includes(`${group}:\n`)
        ? sum.replace(`${group}:\n`, `${group}:\n  ${rest}\n`)
        : `${sum}${group}:\n  ${rest}\n`;
    }, base);
  writeFileSync(join(folder, "supervisor.yaml"), text);
  const { settings, problems } = readSettings("supervisor.yaml", environment, folder);
  if (settings === undefined) throw new Error(JSON.stringify(problems));
  return { ...settings, file: "supervisor.yaml" };
}

const plain = (): Settings => settingsOf("");

test("the same file again changes nothing", () => {
  expect(settingsChange(plain(), settingsOf(""))).toEqual({
    keys: [],
    reconnects: false,
    restartsAgent: false,
  });
});

test.each([
  ["lease_duration: 1m", "lease_duration"],
  ["lease: other", "lease"],
  ["take_over: true", "take_over"],
  ["progress_deadline: 1m", "progress_deadline"],
  ["workload: daemonset/otel", "workload", "lease"],
])("of a workload, %s waits for the next start", (line, ...keys) => {
  const of = (more: string): Settings => {
    const workload = more.includes("workload") ? "" : "workload: deployment/otel, ";
    return settingsOf(
      `agent|mode: kubernetes\nagent|kubernetes: {namespace: n, ${workload}config_map: c, key: k, ${more}}`,
    );
  };
  const { keys: changed } = settingsChange(of("container: x"), of(`container: x, ${line}`));
  expect(changed.map(({ key }) => key).toSorted()).toEqual(
    keys.toSorted().map((key) => `agent.kubernetes.${key}`),
  );
  expect(new Set(changed.map(({ takes }) => takes))).toEqual(new Set(["next-start"]));
});

test.each([
  ["server|headers: {authorization: Bearer abc}", "server.headers", "reconnect"],
  ["server|header_files: {authorization: /dev/null}", "server.header_files", "reconnect"],
  ["server|header_commands: {a: [b]}", "server.header_commands", "reconnect"],
  ["server|header_command_interval: 5m", "server.header_command_interval", "reconnect"],
  ["server|auth: nop\nextensions|nop: {}", "server.auth", "reconnect"],
  ["agent|env_inherit: all", "agent.env_inherit", "restart-agent"],
  ['server|tls: {min_version: "1.3"}', "server.tls.min_version", "reconnect"],
  ["server|tls: {curve_preferences: [P256]}", "server.tls.curve_preferences", "reconnect"],
  ["server|compression: gzip", "server.compression", "reconnect"],
  ["server|proxy: {url: 'planted-secret:1'}", "server.proxy", "reconnect"],
  ["capabilities|reports_health: false", "capabilities.reports_health", "reconnect"],
  ["agent|env: {A: b}", "agent.env", "restart-agent"],
  ["agent|args: [--x]", "agent.args", "restart-agent"],
  ["agent|stop_timeout: 3s", "agent.stop_timeout", "now"],
  ["agent|policy: {providers: {deny: [http]}}", "agent.policy", "now"],
  ["agent|confine: auto", "agent.confine", "restart-agent"],
  [
    "agent|description: {identifying_attributes: {a: b}}",
    "agent.description.identifying_attributes",
    "now",
  ],
  ["agent|collector_crash_log_snippet_kib: 4", "agent.collector_crash_log_snippet_kib", "now"],
  ["telemetry|logs: {level: debug}", "telemetry.logs.level", "now"],
  ["telemetry|logs: {output_paths: [stderr]}", "telemetry.logs.output_paths", "next-start"],
  [
    "telemetry|logs: {processors: [{simple: {exporter: {console: {}}}}]}",
    "telemetry.logs.processors",
    "next-start",
  ],
  [
    "telemetry|metrics: {readers: [{pull: {exporter: {prometheus: {port: 1}}}}]}",
    "telemetry.metrics.readers",
    "next-start",
  ],
  ["telemetry|agent_logs: {otlp: {headers: {a: b}}}", "telemetry.agent_logs", "next-start"],
  ["telemetry|resource: {a: b}", "telemetry.resource", "next-start"],
] as const)("%s is named as the file has it, with what it takes", (line, key, takes) => {
  const change = settingsChange(plain(), settingsOf(line));
  expect(change.keys).toEqual([{ key, takes }]);
  expect(change.reconnects).toBe(takes === "reconnect");
  expect(change.restartsAgent).toBe(takes === "restart-agent");
});

test("what the extension says that the server wants is named too, and no more of it", () => {
  const withToken = (token: string): Settings =>
    settingsOf(`server|auth: bearertokenauth\nextensions|bearertokenauth: {token: ${token}}`);
  const change = settingsChange(withToken("planted-1"), withToken("planted-2"));
  expect(change).toEqual({
    keys: [{ key: "extensions", takes: "reconnect" }],
    reconnects: true,
    restartsAgent: false,
  });
});

test("no value is told, only names", () => {
  const change = settingsChange(plain(), settingsOf("server|headers: {x: planted-secret}"));
  expect(JSON.stringify(change)).not.toContain("planted-secret");
});

test("a confined agent is started anew for another policy, which its wall is made of", () => {
  const before = settingsOf("agent|confine: auto");
  const after = settingsOf("agent|confine: auto\nagent|policy: {file_paths: {allow: [/data]}}");
  expect(settingsChange(before, after)).toMatchObject({ restartsAgent: true });
  expect(settingsChange(before, after).keys).toEqual([
    { key: "agent.policy", takes: "restart-agent" },
  ]);
});

test("another program restarts the agent, also where packages go by its name", () => {
  const accepting = settingsOf(
    "capabilities|accepts_packages: true\nagent|packages: {verify: none}",
  );
  const { agent, packages } = accepting;
  if (packages === undefined) throw new Error("expected packages to be accepted");
  const other = {
    ...accepting,
    agent: { ...agent, executable: "/bin/ls" },
    packages: { ...packages, agentExecutable: "ls" },
  };
  const change = settingsChange(accepting, other);
  expect(change.keys).toEqual([{ key: "agent.executable", takes: "restart-agent" }]);
  expect(change.restartsAgent).toBe(true);
});
