import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { test, expect } from "vitest";
import {
  formatProblem,
  readSettings,
  settingsKeys,
} from "../../../../src/supervisor/settings/read/read-settings.ts";
import { createAgentFolder, complete, settingsOf, createFolder, brief } from "../fixture-folder.ts";

test("two keys are enough, and everything else has its default", () => {
  const folder = createAgentFolder();
  const { settings, problems } = folder.read(complete());
  expect(problems).toEqual([]);
  expect(settings).toEqual({
    file: "supervisor.yaml",
    credentialVariables: [],
    server: {
      endpoint: "ws://127.0.0.1:4320/v1/opamp",
      fallbackEndpoints: [],
      headers: new Map(),
      headerFiles: new Map(),
      headerCommands: new Map(),
      headerCommandIntervalMs: 60_000,
      auth: undefined,
      authExtension: undefined,
      tls: {
        ca: undefined,
        includeSystemCa: false,
        cert: undefined,
        key: undefined,
        minVersion: "TLSv1.2",
        maxVersion: undefined,
        skipVerify: false,
        serverName: undefined,
        ciphers: undefined,
        curves: undefined,
        caFile: undefined,
        certFile: undefined,
        keyFile: undefined,
      },
      offers: { allowedHosts: undefined, allowWeakerTls: false },
      certificate: undefined,
      proxy: { url: undefined, headers: new Map(), noProxy: [], fromEnvironment: true },
      compression: "none",
    },
    capabilities: {
      acceptsRemoteConfig: false,
      acceptsRestartCommand: false,
      acceptsOpampConnectionSettings: false,
      acceptsOtherConnectionSettings: false,
      acceptsPackages: false,
      reportsEffectiveConfig: true,
      reportsOwnMetrics: true,
      reportsOwnLogs: false,
      reportsOwnTraces: false,
      reportsHealth: true,
      reportsRemoteConfig: false,
      reportsAvailableComponents: false,
      reportsHeartbeat: true,
      reportsConnectionSettingsStatus: true,
    },
    agent: {
      attach: undefined,
      executable: join(folder.path, "otelcol"),
      instanceId: undefined,
      configFiles: [],
      protectedConfigFiles: [],
      startupFallbackConfigs: [],
      fetchedLayers: new Map(),
      detectors: [],
      reload: "auto",
      onCollision: "warn",
      leftover: "stop",
      confine: "off",
      dataFlow: "report",
      dataFlowIntervalMs: 10_000,
      args: [],
      env: new Map(),
      envInherit: "without-credentials",
      identifyingAttributes: new Map(),
      nonIdentifyingAttributes: new Map(),
      passthroughLogs: false,
      logRotation: { maxBytes: 10 * 1024 * 1024, maxFiles: 5 },
      localPort: 0,
      includeResourceAttributes: false,
      healthCheckEndpoint: undefined,
      applySettleMs: 500,
      configApplyTimeoutMs: 5_000,
      startTimeoutMs: undefined,
      stopTimeoutMs: 10_000,
      rules: {
        limits: {},
        ownFiles: expect.arrayContaining([]) as string[],
        ownHealthChecks: ["localhost:13133", "localhost:13133"],
      },
      crashLogSnippetBytes: 0,
    },
    storage: { directory: "/var/lib/otelcol/supervisor", written: false },
    log: { level: "info", outputPaths: ["stdout"], encoding: undefined },
    telemetry: {
      logs: [],
      agentLogs: undefined,
      maxLinesPerSecond: 1_000,
      traces: [],
      readers: [],
      resource: new Map(),
    },
    healthPage: undefined,
  });
});

test("each key that is written arrives in the settings", () => {
  const folder = createAgentFolder();
  folder.write("a.yaml", "");
  folder.write("b.yaml", "");
  const text = complete(
    `  instance_id: 01ARZ3NDEKTSV4RRFFQ69G5FAV
  config_files: [a.yaml, $REMOTE_CONFIG, "file:b.yaml"]
  protected_config_files: [b.yaml]
  on_collision: fail
  args: [--set, "a=b,c"]
  env: {GOMEMLIMIT: 400MiB, EMPTY: }
  description:
    identifying_attributes: {service.name: edge}
    non_identifying_attributes: {region: north}
  health_check_endpoint: localhost:13133
  apply_settle: 1.5s
  config_apply_timeout: 7s
  start_timeout: 2m
  stop_timeout: 0
  collector_crash_log_snippet_kib: 4
  passthrough_logs: true
  log_rotation: {max_size_mib: 2, max_files: 7}
`,
    `capabilities: {accepts_remote_config: true, reports_heartbeat: false}
storage: {directory: ./storage}
telemetry: {logs: {level: WARN, output_paths: [stderr, own.log, "file:///var/log/x.log"], encoding: console}}
`,
  );
  const { settings, problems } = folder.read(text);
  expect(problems).toEqual([]);
  expect(settings?.capabilities).toMatchObject({
    acceptsRemoteConfig: true,
    reportsHeartbeat: false,
  });
  expect(settings?.agent).toMatchObject({
    instanceId: "01563e3a-b5d3-d676-4c61-efb99302bd5b",
    configFiles: [join(folder.path, "a.yaml"), "$REMOTE_CONFIG", join(folder.path, "b.yaml")],
    protectedConfigFiles: [join(folder.path, "b.yaml")],
    onCollision: "fail",
    args: ["--set", "a=b,c"],
    env: new Map([
      ["GOMEMLIMIT", "400MiB"],
      ["EMPTY", ""],
    ]),
    identifyingAttributes: new Map([["service.name", "edge"]]),
    nonIdentifyingAttributes: new Map([["region", "north"]]),
    healthCheckEndpoint: "localhost:13133",
    applySettleMs: 1_500,
    configApplyTimeoutMs: 7_000,
    startTimeoutMs: 120_000,
    stopTimeoutMs: 0,
    crashLogSnippetBytes: 4_096,
    passthroughLogs: true,
    logRotation: { maxBytes: 2 * 1024 * 1024, maxFiles: 7 },
  });
  expect(settings?.storage).toEqual({ directory: join(folder.path, "storage"), written: true });
  expect(settings?.log).toEqual({
    level: "warn",
    outputPaths: ["stderr", join(folder.path, "own.log"), "/var/log/x.log"],
    encoding: "console",
  });
});

test.each([
  ["accepts_remote_config: true", true],
  ["accepts_remote_config: true, reports_remote_config: true", true],
  ["accepts_remote_config: true, reports_remote_config: false", false],
  ["reports_remote_config: true", true],
  ["accepts_remote_config: false", false],
])("capabilities {%s} report the status of a remote configuration: %s", (written, expected) => {
  const read = createAgentFolder().read(complete("", `capabilities: {${written}}\n`));
  expect(settingsOf(read).capabilities.reportsRemoteConfig).toBe(expected);
});

test.each([
  ["accepts_remote_config: true, reports_remote_config: false", true],
  ["accepts_remote_config: true, reports_remote_config: true", false],
  ["accepts_remote_config: true", false],
  ["accepts_remote_config: false, reports_remote_config: false", false],
])("capabilities {%s} warn that the server hears of no failure: %s", (written, expected) => {
  const read = createAgentFolder().read(complete("", `capabilities: {${written}}\n`));
  const path = "capabilities.reports_remote_config";
  const found = read.problems.filter((problem) => problem.path === path);
  expect(found.map(({ severity }) => severity)).toEqual(expected ? ["warning"] : []);
  for (const { message } of found) expect(message).toMatch(/does not hear.*remove the key/);
});

test.each([
  ["", "auto"],
  ["  use_hup_config_reload: true\n", "auto"],
  ["  use_hup_config_reload: false\n", "restart"],
  ["  use_hup_config_reload: false\n  reload: auto\n", "auto"],
  ["  use_hup_config_reload: true\n  reload: restart\n", "restart"],
])("with %j a configuration is taken up by %s", (written, expected) => {
  expect(settingsOf(createAgentFolder().read(complete(written))).agent.reload).toBe(expected);
});

test("header values are lists, or one text that is split at commas", () => {
  const text = complete().replace(
    "agent:",
    "  headers: {A: one, B: 'one, two', C: [a, 'b,c']}\nagent:",
  );
  expect(settingsOf(createAgentFolder().read(text)).server.headers).toEqual(
    new Map([
      ["A", ["one"]],
      ["B", ["one", "two"]],
      ["C", ["a", "b,c"]],
    ]),
  );
});

test("a key without a value leaves the default", () => {
  const text = complete(
    "  config_files:\n  stop_timeout:\n  env:\n",
    "telemetry:\nstorage:\n  directory:\n",
  );
  const { settings, problems } = createAgentFolder().read(text);
  expect(problems).toEqual([]);
  expect(settings?.agent.stopTimeoutMs).toBe(10_000);
  expect(settings?.storage.written).toBe(false);
});

test("all problems are found at once, in the order of the file", () => {
  const { settings, problems } = createFolder().read(`server:
  endpiont: ws://h:1
  headers: {A: 5}
  tls: {min_version: 1.3}
agent:
  executable: ./none
  config_apply_timeout: 5
  bootstrap_timeout: 0s
  opamp_server_port: "1"
  config_files: [none.yaml, $WHAT]
capabilities:
  reports_health: yes
  accepts_packages: true
telemetry: {logs: {level: loud}}
zap: true
`);
  expect(settings).toBeUndefined();
  expect(brief(problems)).toEqual([
    "error key-missing server.endpoint 1:1",
    "error key-unknown server.endpiont 2:3",
    "error type-wrong server.headers.A 3:16",
    "error type-wrong server.tls.min_version 4:22",
    "error key-missing agent.packages.verify 5:1",
    "error file-missing agent.executable 6:15",
    "warning value-invalid agent.config_apply_timeout 7:25",
    "error value-invalid agent.bootstrap_timeout 8:22",
    "error type-wrong agent.opamp_server_port 9:22",
    "error file-missing agent.config_files[0] 10:18",
    "error value-invalid agent.config_files[1] 10:29",
    "error type-wrong capabilities.reports_health 12:19",
    "error value-invalid telemetry.logs.level 14:27",
    "error key-unknown zap 15:1",
  ]);
});

test("problems of one line are in the order of their columns", () => {
  const { problems } = createAgentFolder().read(
    complete("", "capabilities: {accepts_remote_config: no, reports_health: yes}\n"),
  );
  expect(problems.map((each) => each.column)).toEqual([39, 59]);
});

test("a file of a list that is one text is shown at that text", () => {
  const { problems } = createAgentFolder().read(complete("  config_files: a.yaml,b.yaml\n"));
  expect(brief(problems)).toEqual([
    "error file-missing agent.config_files[0] 5:17",
    "error file-missing agent.config_files[1] 5:17",
  ]);
});

test("a problem prints with its line and a caret", () => {
  const { problems } = createAgentFolder().read(complete("  stop_timeout: 5\n"));
  expect(problems.map(formatProblem)).toEqual([
    [
      "supervisor.yaml:5:17: agent.stop_timeout: expected a duration, found 5 without a unit: add a unit, for example 5s",
      "    stop_timeout: 5",
      "                  ^",
    ].join("\n"),
  ]);
});

test.each([
  ["agent: {exectuable: x}", "did you mean executable?"],
  ["server: {insecure_skip_verify: true}", "belongs under server.tls"],
  ["reports_health: true", "belongs under capabilities"],
  ["storage: {zap: 1}", "known here: directory"],
])("%s: an unknown key says what may be meant", (text, advice) => {
  const { problems } = createFolder().read(`${text}\n`);
  expect(problems.find((each) => each.code === "key-unknown")?.message).toContain(advice);
});

test("a missing key is shown at the key above it, and without one at no line", () => {
  const { problems } = createFolder().read("server:\n  headers: {}\n");
  expect(brief(problems)).toEqual([
    "error key-missing agent.executable 0:0",
    "error key-missing server.endpoint 1:1",
  ]);
});

test("a key that is written twice is shown with both lines", () => {
  const { problems } = createAgentFolder().read(complete("  args: []\n  args: [a]\n"));
  expect(brief(problems)).toEqual(["error key-duplicate agent.args 6:3"]);
  expect(problems[0]?.message).toMatch(/line 5 .*line 6/);
});

test("anchors and << join maps as in Go: what a map says itself wins", () => {
  const { settings, problems } = createAgentFolder().read(`server: &server
  endpoint: ws://127.0.0.1:4320/v1/opamp
agent:
  executable: ./otelcol
  env: &env {A: one, B: two}
  description:
    identifying_attributes: {B: own, <<: [*env, {A: late, C: three}]}
    non_identifying_attributes: *env
`);
  expect(problems).toEqual([]);
  expect(settings?.agent.identifyingAttributes).toEqual(
    new Map([
      ["B", "own"],
      ["A", "one"],
      ["C", "three"],
    ]),
  );
  expect(settings?.agent.nonIdentifyingAttributes.get("B")).toBe("two");
});

test("an alias that contains itself and a << of a text are problems", () => {
  const { problems } = createAgentFolder().read(
    complete("  env: &env {A: *env}\n  description: {<<: text}\n"),
  );
  expect(brief(problems).filter((each) => each.includes("yaml-invalid"))).toEqual([
    "error yaml-invalid agent.env.A 5:17",
    "error yaml-invalid agent.description 6:21",
  ]);
});

test("aliases that multiply are refused before they fill the memory", () => {
  const bomb = Array.from({ length: 40 }, (_, index) => {
    const items = index === 0 ? "x" : `*a${index - 1}, *a${index - 1}`;
    return `  a${index}: &a${index} [${items}]`;
  });
  const { problems } = createAgentFolder().read(complete("", `extensions:\n${bomb.join("\n")}\n`));
  expect(problems.map((each) => each.code)).toContain("yaml-invalid");
});

test.each([
  ["server:\n\tendpoint: x\n", 2],
  ["server:\n  endpoint: a: b\n", 2],
  ["server:\n  endpoint: ws://h\n bad: 1\n", 3],
  ['server:\n  endpoint: "ws://h\n', 2],
])("%j is no YAML, and the line is named", (text, line) => {
  const { settings, problems } = createFolder().read(text);
  expect(settings).toBeUndefined();
  expect(problems[0]).toMatchObject({ code: "yaml-invalid", severity: "error", line });
  expect(problems.every((each) => each.code === "yaml-invalid")).toBe(true);
});

test.each(["", "# only a comment\n", "---\n", "null\n"])("%j is one problem: empty", (text) => {
  const { problems } = createFolder().read(text);
  expect(brief(problems)).toEqual(["error key-missing  0:0"]);
});

test.each(["- a\n", "text\n", "5\n"])("%j is one problem: not a map", (text) => {
  expect(brief(createFolder().read(text).problems)).toEqual(["error type-wrong  1:1"]);
});

test("only the first document counts, with a warning", () => {
  const { settings, problems } = createAgentFolder().read(`${complete()}---\nzap: 1\n`);
  expect(settings).toBeDefined();
  expect(brief(problems)).toEqual(["warning yaml-invalid  5:1"]);
});

test("a file that is missing or a folder is one clear problem", () => {
  const { path } = createFolder();
  mkdirSync(join(path, "folder"));
  const read = (file: string) => brief(readSettings(file, new Map(), path).problems);
  expect(read("none.yaml")).toEqual(["error file-missing  0:0"]);
  expect(read("folder")).toEqual(["error file-unreadable  0:0"]);
});

test("the settings file may be named as a URI and by an absolute path", () => {
  const folder = createAgentFolder();
  const file = folder.write("own.yaml", complete());
  expect(readSettings("file:own.yaml", new Map(), folder.path).settings?.file).toBe("own.yaml");
  expect(readSettings(file, new Map(), folder.path).settings?.file).toBe(file);
});

test("line ends of Windows and a byte order mark change nothing", () => {
  const { problems } = createAgentFolder().read(
    `\uFEFF${complete("  stop_timeout: x\n").replaceAll("\n", "\r\n")}`,
  );
  expect(brief(problems)).toEqual(["error value-invalid agent.stop_timeout 5:17"]);
  expect(problems[0]?.sourceLine).toBe("  stop_timeout: x");
});

test("a program is found by path, by link, by name here, then by name in PATH", () => {
  const folder = createFolder();
  const real = folder.program("elsewhere/otelcol");
  symlinkSync(real, join(folder.path, "link"));
  folder.write("named", "not for this");
  mkdirSync(join(folder.path, "otelcol"));
  const PATH = `/none:${join(folder.path, "elsewhere")}`;
  const read = (executable: string) =>
    folder.read(complete().replace("./otelcol", executable), { PATH });
  expect(settingsOf(read("elsewhere/otelcol")).agent.executable).toBe(real);
  expect(settingsOf(read(real)).agent.executable).toBe(real);
  expect(settingsOf(read("./link")).agent.executable).toBe(join(folder.path, "link"));
  expect(settingsOf(read("link")).agent.executable).toBe(join(folder.path, "link"));
  // A folder of that name in the working directory does not hide the program in PATH.
  expect(settingsOf(read("otelcol")).agent.executable).toBe(real);
});

test.each([
  ["./none", "file-missing"],
  ["none", "file-missing"],
  ["./folder", "not-executable"],
  ["./plain", "not-executable"],
  ["plain", "not-executable"],
])("%s cannot be run: %s", (executable, code) => {
  const folder = createFolder();
  mkdirSync(join(folder.path, "folder"));
  folder.write("plain", "text");
  const { problems } = folder.read(complete().replace("./otelcol", executable), { PATH: "/none" });
  expect(brief(problems)).toEqual([`error ${code} agent.executable 4:15`]);
});

test.each([
  ["018fee23-4a51-7303-a441-73faed7d9deb", "018fee23-4a51-7303-a441-73faed7d9deb"],
  ["{018FEE23-4A51-7303-A441-73FAED7D9DEB}", "018fee23-4a51-7303-a441-73faed7d9deb"],
  ["urn:uuid:018fee23-4a51-7303-a441-73faed7d9deb", "018fee23-4a51-7303-a441-73faed7d9deb"],
  ["018fee234a517303a44173faed7d9deb", "018fee23-4a51-7303-a441-73faed7d9deb"],
])("the id %s is read", (written, expected) => {
  const { settings } = createAgentFolder().read(complete(`  instance_id: "${written}"\n`));
  expect(settings?.agent.instanceId).toBe(expected);
});

test("an id is worked out of a name, unless one is written", () => {
  const named = "  instance_id_from: prod/agent/${env:NODE}\n";
  const read = (text: string) =>
    settingsOf(createAgentFolder().read(complete(text), { NODE: "node-1" })).agent.instanceId;
  expect(read(named)).toBe("68cb29a5-3cd2-5a94-b430-8e7bfa3267a5");
  expect(read(`${named}  instance_id: 018fee23-4a51-7303-a441-73faed7d9deb\n`)).toBe(
    "018fee23-4a51-7303-a441-73faed7d9deb",
  );
  expect(read('  instance_id_from: ""\n')).toBeUndefined();
});

test.each([
  ["instance_id: not-an-id", "instance_id"],
  ["instance_id_from: prod/agent/", "instance_id_from"],
  ["instance_id_from: ' '", "instance_id_from"],
  ["health_check_endpoint: localhost", "health_check_endpoint"],
  ["health_check_endpoint: ftp://h:1", "health_check_endpoint"],
  ["opamp_server_port: 65536", "opamp_server_port"],
  ["opamp_server_port: -1", "opamp_server_port"],
  ["collector_crash_log_snippet_kib: 1025", "collector_crash_log_snippet_kib"],
  ["orphan_detection_interval: 0s", "orphan_detection_interval"],
  ["config_apply_timeout: -1s", "config_apply_timeout"],
  ["start_timeout: 0s", "start_timeout"],
  ["stop_timeout: -1s", "stop_timeout"],
  ["config_files: ['']", "config_files[0]"],
  ["config_files: ['yaml:a: 1']", "config_files[0]"],
  ["description: {detectors: [gcp]}", "description.detectors[0]"],
  ["protected_config_files: [$REMOTE_CONFIG]", "protected_config_files[0]"],
  ["package: {verifier: {type: other}}", "package.verifier.type"],
  ["on_collision: first", "on_collision"],
])("agent: %s is refused", (line, path) => {
  const { problems } = createAgentFolder().read(complete(`  ${line}\n`));
  expect(problems).toMatchObject([
    { severity: "error", code: "value-invalid", path: `agent.${path}` },
  ]);
});

test.each(["startup_fallback_configs", "protected_config_files", "config_files"])(
  "a file in %s must be there",
  (key) => {
    const { problems } = createAgentFolder().read(complete(`  ${key}: [none.yaml]\n`));
    const errors = problems.filter((each) => each.severity === "error");
    expect(brief(errors)).toEqual([`error file-missing agent.${key}[0] 5:${key.length + 6}`]);
  },
);

test.each([
  ["server: {auth: missing}", "server.auth"],
  ["healthcheck: {endpoint: 'localhost:70000'}", "healthcheck.endpoint"],
  ["server: {headers: {'a b': c}}", "server.headers.a b"],
  ['server: {headers: {A: "x\\ny"}}', "server.headers.A"],
  ["server: {headers: {A: Bearer}}", "server.headers.A"],
])("%s is refused", (text, path) => {
  const { problems } = createFolder().read(`${text}\n`);
  expect(problems).toContainEqual(
    expect.objectContaining({ severity: "error", code: "value-invalid", path }),
  );
});

test("without a port the scheme's own is used, as in the reference", () => {
  const text = complete().replace("127.0.0.1:4320", "opamp.example.com");
  const { settings, problems } = createAgentFolder().read(text);
  expect(settings?.server.endpoint).toBe("ws://opamp.example.com/v1/opamp");
  expect(brief(problems)).toEqual([]);
});

test.each([
  ["-1", "debug"],
  ["0", "info"],
  ["2", "error"],
  ["dpanic", "fatal"],
  ["5", "fatal"],
  ["Warning", "warn"],
])("the log level %s is %s", (written, expected) => {
  const text = complete("", `telemetry: {logs: {level: ${written}}}\n`);
  expect(settingsOf(createAgentFolder().read(text)).log.level).toBe(expected);
});

test("a number is what the reference makes of it, where the key is one of its own", () => {
  const text = complete(
    "  config_apply_timeout: 5000000000\n  bootstrap_timeout: 30\n  orphan_detection_interval: ${N}\n",
    "telemetry: {metrics: {level: -1}, traces: {level: 2}}\nhealthcheck: {read_timeout: 0}\n",
  );
  const read = createAgentFolder().read(text, { N: "1e9" });
  expect(settingsOf(read).agent.configApplyTimeoutMs).toBe(5_000);
  expect(settingsOf(read).telemetry.readers).toEqual([]);
  expect(brief(read.problems)).toEqual([
    "warning value-invalid agent.config_apply_timeout 5:25",
    "warning value-invalid agent.bootstrap_timeout 6:22",
    "warning value-invalid agent.orphan_detection_interval 7:30",
  ]);
  expect(read.problems.map(({ message }) => message)).toEqual([
    expect.stringContaining("nanoseconds, as in the reference (5000 ms)"),
    expect.stringContaining("(less than a millisecond)"),
    expect.stringContaining("(1000 ms)"),
  ]);
  for (const wrong of ["agent: {config_apply_timeout: -5}", "telemetry: {metrics: {level: 3}}"]) {
    const { problems } = createAgentFolder().read(`${wrong}\n`);
    expect(problems).toContainEqual(expect.objectContaining({ line: 1, severity: "error" }));
  }
});

test("the list of keys holds those of the reference and ours", () => {
  const keys = settingsKeys();
  expect(keys).toEqual(
    expect.arrayContaining(["server.endpoint", "agent.apply_settle", "extensions"]),
  );
  expect(keys).toContain("telemetry.logs.processors[].batch.exporter.otlp.endpoint");
  expect(new Set(keys).size).toBe(keys.length);
});

test.each(["[ws://a, wss://b:1/x]", "'ws://a, wss://b:1/x'"])(
  "endpoint: %s is two endpoints in their order",
  (written) => {
    const folder = createAgentFolder();
    const text = complete().replace(/endpoint: .*/, `endpoint: ${written}`);
    const { server } = settingsOf(folder.read(text));
    expect(server).toMatchObject({
      endpoint: "ws://a/v1/opamp",
      fallbackEndpoints: ["wss://b:1/x"],
      tls: { minVersion: "TLSv1.2" },
    });
  },
);

test("an endpoint of a list that is wrong is shown where it is, and an empty list is no endpoint", () => {
  const read = (written: string): readonly string[] =>
    brief(
      createAgentFolder().read(complete().replace(/endpoint: .*/, `endpoint: ${written}`)).problems,
    );
  expect(read("[ws://a, ftp://b]")).toEqual(["error value-invalid server.endpoint[1] 2:22"]);
  expect(read("[]")).toEqual(["error key-missing server.endpoint 2:13"]);
});
