import { join } from "node:path";
import { expect, test } from "vitest";
import { check } from "../../src/cli/check.ts";
import { createAgentFolder, complete, type Folder } from "../supervisor/settings/fixture-folder.ts";

/** Answers what `check` needs to know, as a collector does. */
const collector = `#!/bin/sh
case "$1" in
  components) echo "buildinfo: {command: otelcol, version: 0.149.0}" ;;
  --help) echo "  validate     Validates the config" ;;
esac
`;

/** The command line of the AWS distribution. */
const flagCollector = `#!/bin/sh
echo "attn: some words first" >&2
[ "$1" = --help ] && printf 'Usage:\\n  -config string\\n  -feature-gates value\\n  -set value\\n' >&2
exit 1
`;

/** What is said of settings in a pod, which is killed after 30 s. */
async function checkInPod(stopTimeout: string, sections: string): Promise<string> {
  const folder = createAgentFolder();
  folder.write("otelcol", collector);
  folder.write("supervisor.yaml", complete(`  stop_timeout: ${stopTimeout}\n`, sections));
  const { code, said } = await checkIn(folder, { KUBERNETES_SERVICE_HOST: "10.0.0.1" });
  expect(code).toBe(0);
  return said;
}

async function checkIn(
  folder: Folder,
  variables: Readonly<Record<string, string>> = {},
): Promise<{ readonly code: number; readonly said: string }> {
  let said = "";
  const code = await check(join(folder.path, "supervisor.yaml"), {
    environment: new Map(Object.entries({ PATH: process.env["PATH"] ?? "", ...variables })),
    workingDirectory: folder.path,
    packageDirectory: folder.path,
    version: "0.1.0",
    terminal: false,
    columns: 80,
    out: (text) => void (said += text),
    err: (text) => void (said += text),
  });
  return { code, said };
}

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
    expect(await checkInPod("28s", sections)).toContain("is good");
    expect(await checkInPod("28s", sections)).not.toContain("agent.stop_timeout");
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

test.each([
  ["a program that answers nothing of a collector", "#!/bin/sh\necho nonsense; exit 2\n"],
  ["a program that says nothing at all", "#!/bin/sh\n"],
  ["a text", "dear diary\n"],
])("%s is refused with one sentence", async (_name, text) => {
  const folder = createAgentFolder();
  folder.write("otelcol", text);
  folder.write("supervisor.yaml", complete());
  const { code, said } = await checkIn(folder);
  expect(code).toBe(2);
  expect(said).toMatch(/agent\.executable: expected agent\.executable to name a collector, found/);
  expect(said).toContain("cannot be used (1 error, 0 warnings)");
});

test("a collector that says nothing of itself may be used, and what that means is said", async () => {
  const folder = createAgentFolder();
  folder.write("otelcol", flagCollector);
  folder.write("supervisor.yaml", complete());
  const { code, said } = await checkIn(folder);
  expect(code).toBe(0);
  expect(said).toMatch(/agent\.executable: warning: .*does not say who it is.*no validate/);
});

test.each([
  ["our environment", "", { AOT_CONFIG_CONTENT: "receivers:" }],
  ["agent.env", "  env: {AOT_CONFIG_CONTENT: 'receivers:'}\n", {}],
])("a variable in %s that would put another configuration in force is named", async (...given) => {
  const [, lines, variables] = given;
  const folder = createAgentFolder();
  folder.write("otelcol", collector);
  folder.write("supervisor.yaml", complete(lines));
  const { code, said } = await checkIn(folder, variables);
  expect(code).toBe(0);
  expect(said).toMatch(/agent\.env: warning: AOT_CONFIG_CONTENT is set.*agent\.config_files/);
  expect(said).not.toContain("receivers:");
});
