import { chmodSync, existsSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { expect, test } from "vitest";
import { check } from "../../src/cli/check.ts";
import { lockStorage } from "../../src/supervisor/store/storage-lock.ts";
import { openStore } from "../../src/supervisor/store/store.ts";
import { agentEnv, agentPath } from "../helpers/agent/agents.ts";
import { collectorPath } from "../helpers/e2e/daemon.ts";
import {
  createAgentFolder,
  createFolder,
  complete,
  type Folder,
} from "../supervisor/settings/fixture-folder.ts";

/** What is said of settings in a pod, which is killed after 30 s. */
async function checkInPod(stopTimeout: string, sections: string): Promise<string> {
  const folder = createAgentFolder();
  const text = complete(`  stop_timeout: ${stopTimeout}\n`, `${storage}${sections}`);
  const variables = { KUBERNETES_SERVICE_HOST: "10.0.0.1" };
  const { code, said } = await checkIn(folder, text, { variables, run: false });
  expect(code).toBe(0);
  return said;
}

interface Circumstances {
  readonly variables?: Readonly<Record<string, string>>;
  readonly run?: boolean;
}

async function checkIn(
  folder: Folder,
  text: string,
  { variables = {}, run = true }: Circumstances = {},
): Promise<{ readonly code: number; readonly said: string }> {
  folder.write("supervisor.yaml", text);
  let said = "";
  const code = await check(
    { config: "supervisor.yaml", run },
    {
      environment: new Map(Object.entries({ ...agentEnv, ...variables })),
      workingDirectory: folder.path,
      packageDirectory: folder.path,
      version: "0.1.0",
      terminal: false,
      columns: 80,
      out: (words) => void (said += words),
      err: (words) => void (said += words),
    },
  );
  return { code, said };
}

const storage = "storage: {directory: ./storage}\n";

/** Settings of an agent that is there, with more lines for it. */
function settingsFor(executable: string, agentLines: string, sections = storage): string {
  const agent = `agent:\n  executable: ${executable}\n${agentLines}`;
  return `server: {endpoint: "ws://127.0.0.1:1"}\n${agent}${sections}`;
}

const healthy = agentPath("healthy");
const goodConfig = `receivers: {nop: }
exporters: {nop: }
service: {pipelines: {traces: {receivers: [nop], exporters: [nop]}}}
`;

const otlp = "{otlp: {endpoint: 'http://127.0.0.1:4318'}}";
const sending = [
  `telemetry: {agent_logs: ${otlp}}\n`,
  `telemetry: {logs: {processors: [{batch: {exporter: ${otlp}}}]}}\n`,
  `telemetry: {traces: {processors: [{batch: {exporter: ${otlp}}}]}}\n`,
  `telemetry: {metrics: {readers: [{periodic: {exporter: ${otlp}}}]}}\n`,
];
const pull = "{pull: {exporter: {prometheus: {host: localhost, port: 0}}}}";
const silent = [
  "",
  "telemetry: {traces: {processors: [{simple: {exporter: {console: {}}}}]}}\n",
  `telemetry: {metrics: {readers: [${pull}]}}\n`,
];

test.each(silent)(
  "where nothing is sent a stop takes what the agent takes: %j",
  async (sections) => {
    const enough = await checkInPod("28s", sections);
    expect(enough).toContain("is good");
    expect(enough).not.toContain("agent.stop_timeout");
    const said = await checkInPod("29s", sections);
    expect(said).toContain(
      "the agent may take 29 s to finish, and everything is killed after 30 s",
    );
  },
);

test.each(sending)(
  "where telemetry is sent a stop takes two seconds more: %j",
  async (sections) => {
    expect(await checkInPod("26s", sections)).not.toContain("agent.stop_timeout");
    expect(await checkInPod("27s", sections)).toContain(
      "the agent may take 27 s to finish, the supervisor another 2 s to send its telemetry, and everything",
    );
  },
);

const leftInTemporary = (): readonly string[] =>
  readdirSync(tmpdir()).filter((name) => name.startsWith("opampsupervisor-check-"));

test("a local configuration that the collector accepts is good, and nothing is made or left", async () => {
  const folder = createFolder();
  folder.write("local.yaml", goodConfig);
  const before = leftInTemporary();
  const text = settingsFor(collectorPath(), "  config_files: [local.yaml]\n");
  const { code, said } = await checkIn(folder, text);
  expect(said).toMatch(/^supervisor.yaml is good \(0 errors, 0 warnings\); \S+ \S+ accepts/);
  expect(code).toBe(0);
  expect(readdirSync(folder.path).sort()).toEqual(["local.yaml", "supervisor.yaml"]);
  expect(leftInTemporary()).toEqual(before);
});

test("one that it refuses is an error at its key, in the collector's words", async () => {
  const folder = createFolder();
  folder.write("local.yaml", goodConfig.replaceAll("nop", "nopp"));
  const text = settingsFor(collectorPath(), "  config_files: [local.yaml]\n");
  const { code, said } = await checkIn(folder, text);
  expect(said).toContain("supervisor.yaml:4:17: agent.config_files: the collector refuses");
  expect(said).toContain('unknown type: "nopp"');
  expect(code).toBe(2);
  const without = await checkIn(folder, text, { run: false });
  expect(without).toEqual({ code: 0, said: "supervisor.yaml is good (0 errors, 0 warnings)\n" });
});

test("fallback files are looked at by themselves, with the arguments of the run", async () => {
  const folder = createFolder();
  folder.write("local.yaml", goodConfig);
  folder.write("bad.yaml", "receivers:\n  foo:\n");
  const files = "  config_files: [local.yaml]\n  startup_fallback_configs: [bad.yaml]\n";
  const refused = await checkIn(folder, settingsFor(healthy, files));
  expect(refused.said).toContain("agent.startup_fallback_configs: the collector refuses");
  expect(refused.code).toBe(2);
  const gates = "  config_files: [local.yaml]\n  args: [--feature-gates, no.such.gate]\n";
  const { code, said } = await checkIn(folder, settingsFor(collectorPath(), gates));
  expect(said).toContain("supervisor.yaml:5:9: agent.args: the collector refuses these arguments");
  expect(said).toContain("no.such.gate");
  expect(code).toBe(2);
});

test("text that is no YAML is told with its file and line", async () => {
  const folder = createFolder();
  const local = folder.write("local.yaml", "receivers: {nop: }\nexporters: [\n");
  const text = settingsFor(healthy, "  config_files: [local.yaml]\n");
  const { code, said } = await checkIn(folder, text);
  expect(said).toContain(`agent.config_files: ${local}:`);
  expect(code).toBe(2);
});

test("a program that answers nothing of a collector is named", async () => {
  const folder = createFolder();
  chmodSync(folder.write("strange", "#!/bin/sh\nexit 3\n"), 0o755);
  const { code, said } = await checkIn(folder, settingsFor("./strange", ""));
  expect(said).toContain("supervisor.yaml:3:15: agent.executable: ");
  expect(said).toContain("strange");
  expect(code).toBe(2);
});

test.skipIf(!existsSync("/proc/self"))(
  "places that cannot be written are shown together with what else is wrong",
  async () => {
    const folder = createFolder();
    const attach = "  mode: attach\n  attach: {config_path: /proc/x/effective.yaml}\n";
    const places = `storage: {directory: /proc/x/storage}
telemetry: {logs: {output_paths: [stdout, ./none/supervisor.log]}}
`;
    const only = await checkIn(folder, settingsFor(healthy, attach, places), { run: false });
    expect(only.said.match(/^supervisor.yaml:\d+:\d+: [\w.]+/gm)).toEqual([
      "supervisor.yaml:5:25: agent.attach.config_path",
      "supervisor.yaml:6:22: storage.directory",
      "supervisor.yaml:7:34: telemetry.logs.output_paths",
    ]);
    expect(only.code).toBe(1);
    const more = await checkIn(folder, settingsFor(healthy, attach, `${places}capabilites: {}\n`));
    expect(more.said).toContain("(4 errors, 0 warnings)");
    expect(more.code).toBe(2);
  },
);

test("a storage directory with a supervisor on it is a warning that names its pid", async () => {
  const folder = createFolder();
  const unlock = lockStorage(openStore(`${folder.path}/storage`).directory);
  const { code, said } = await checkIn(folder, settingsFor(healthy, ""));
  unlock();
  expect(said).toContain(`storage.directory: warning: a supervisor runs there, pid ${process.pid}`);
  expect(code).toBe(0);
});

/** The command line of the AWS distribution. */
const flagCollector = `#!/bin/sh
echo "attn: some words first" >&2
[ "$1" = --help ] && printf 'Usage:\\n  -config string\\n  -feature-gates value\\n  -set value\\n' >&2
exit 1
`;

test.each([
  ["a program that answers nothing of a collector", "#!/bin/sh\necho nonsense; exit 2\n"],
  ["a program that says nothing at all", "#!/bin/sh\n"],
  ["a text", "dear diary\n"],
])("%s is refused with one sentence", async (_name, text) => {
  const folder = createFolder();
  chmodSync(folder.write("otelcol", text), 0o755);
  const { code, said } = await checkIn(folder, settingsFor("./otelcol", ""));
  expect(code).toBe(2);
  expect(said).toMatch(/expected a collector, found/);
  expect(said).toContain("cannot be used (1 error, 0 warnings)");
});

test("a collector that says nothing of itself may be used, and what that means is said", async () => {
  const folder = createFolder();
  chmodSync(folder.write("otelcol", flagCollector), 0o755);
  const { code, said } = await checkIn(folder, settingsFor("./otelcol", ""));
  expect(code).toBe(0);
  expect(said).toMatch(/agent\.executable: warning: .*does not say who it is.*no validate/);
});

test.each([
  ["our environment", "", { AOT_CONFIG_CONTENT: "receivers:" }],
  ["agent.env", "  env: {AOT_CONFIG_CONTENT: 'receivers:'}\n", {}],
])("a variable in %s that would put another configuration in force is named", async (...given) => {
  const [, lines, variables] = given;
  const { code, said } = await checkIn(createFolder(), settingsFor(healthy, lines), { variables });
  expect(code).toBe(0);
  expect(said).toMatch(/agent\.env: warning: AOT_CONFIG_CONTENT is set.*agent\.config_files/);
  expect(said).not.toContain("receivers:");
});

test.each([
  ["required", 1, "expected a program that can confine"],
  ["auto", 0, "warning: the agent runs unconfined"],
])(
  "a wall that cannot be had is said, where it is %s with exit code %i",
  async (word, code, beginning) => {
    const usual = process.env["PATH"] ?? "";
    const text = settingsFor(
      agentPath("healthy"),
      `  confine: ${word}\n  env: {PATH: "${usual}"}\n`,
    );
    const checked = await checkIn(createFolder(), text, { variables: { PATH: "/nowhere" } });
    expect(checked.code).toBe(code);
    expect(checked.said).toContain(`agent.confine: ${beginning}`);
    expect(checked.said).toContain("bwrap is not on the PATH");
  },
);
