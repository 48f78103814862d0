import { join } from "node:path";
import { test, expect } from "vitest";
import { formatProblem } from "../../../src/supervisor/settings/read/read-settings.ts";
import { complete, createAgentFolder, settingsOf, brief } from "./fixture-folder.ts";

test("a value from a variable has the type that YAML gives it, where the key wants one", () => {
  const text = complete(
    "  opamp_server_port: ${PORT}\n  stop_timeout: ${env:STOP:-4s}\n  env: {PORT: '${PORT}'}\n",
    "capabilities: {accepts_remote_config: '${ACCEPT}'}\n",
  );
  const read = createAgentFolder().read(text, { PORT: "0", ACCEPT: "true" });
  const { agent, capabilities } = settingsOf(read);
  expect(agent.stopTimeoutMs).toBe(4_000);
  expect(capabilities.acceptsRemoteConfig).toBe(true);
  expect(agent.env.get("PORT")).toBe("0");
});

test("text from a variable stays as it is, whatever YAML would make of it", () => {
  const text = complete("  env: {A: '${A}', B: '${B}', C: '${C}'}\n");
  const environment = { A: "0x10", B: "key: value", C: '"quoted"' };
  const { env } = settingsOf(createAgentFolder().read(text, environment)).agent;
  expect([...env.values()]).toEqual(["0x10", "key: value", '"quoted"']);
});

test("a whole section can come from a file, variables and all", () => {
  const folder = createAgentFolder();
  folder.write("agent.yaml", "executable: ${PROGRAM}\nargs: [a, b]\nenv: {A: text}\n");
  const text = "server: {endpoint: 'ws://h:1/x'}\nagent: ${file:agent.yaml}\n";
  const { agent } = settingsOf(folder.read(text, { PROGRAM: "./otelcol" }));
  expect(agent.executable).toBe(join(folder.path, "otelcol"));
  expect(agent.args).toEqual(["a", "b"]);
});

test("a list can come from a variable, as YAML or split at commas", () => {
  const text = complete("  args: ${ARGS}\n");
  const read = (ARGS: string) => settingsOf(createAgentFolder().read(text, { ARGS })).agent.args;
  expect(read("[--a, --b]")).toEqual(["--a", "--b"]);
  expect(read("--a,--b")).toEqual(["--a", "--b"]);
  // No YAML at all, so it is text.
  expect(read("[a")).toEqual(["[a"]);
});

test("a bare $NAME is left alone and $$ is a dollar sign", () => {
  const text = complete("  env: {A: $HOME, B: '$${HOME}', C: a$$b}\n");
  const { env } = settingsOf(createAgentFolder().read(text, { HOME: "/root" })).agent;
  expect([...env.values()]).toEqual(["$HOME", "${HOME}", "a$b"]);
});

test("an empty default, written on purpose, is no problem", () => {
  const { settings, problems } = createAgentFolder().read(complete("  instance_id: ${env:ID:-}\n"));
  expect(problems).toEqual([]);
  expect(settings?.agent.instanceId).toBeUndefined();
});

test("a key that is written twice stays a problem beside an unset variable", () => {
  const { problems } = createAgentFolder().read(complete("  env: {A: '${NONE}', A: b}\n"));
  expect(problems.map((each) => each.code).sort()).toEqual(["key-duplicate", "variable-unset"]);
});

test("a problem inside an included file is shown where the file is named", () => {
  const folder = createAgentFolder();
  folder.write("more.yaml", "executable: ./otelcol\nargs: 5\nargs: 6\nexecutible: x\n");
  const { problems } = folder.read("server: {endpoint: 'ws://h:1/x'}\nagent: ${file:more.yaml}\n");
  expect(brief(problems)).toEqual([
    "error key-duplicate agent.args 2:8",
    "error type-wrong agent.args 2:8",
    "error key-unknown agent.executible 2:8",
  ]);
});

test("an included file that is not there is a problem at its place, and the only one", () => {
  const { problems } = createAgentFolder().read(complete("").replace("./otelcol", "${file:none}"));
  expect(brief(problems)).toEqual(["error file-missing agent.executable 4:15"]);
});

test.each([
  ["${file:self.yaml}", {}],
  ["${LOOP}", { LOOP: "[ '${LOOP}' ]" }],
])("%s that includes itself is a problem, not an endless loop", (reference, environment) => {
  const folder = createAgentFolder();
  folder.write("self.yaml", "a: ${file:self.yaml}\n");
  const { problems } = folder.read(complete("", `extensions: ${reference}\n`), environment);
  expect(problems.map((each) => each.code)).toContain("value-invalid");
});

const secret = "hunter2";

test.each([
  [
    "a variable of the wrong type",
    "agent: {stop_timeout: '${SECRET}', opamp_server_port: '${SECRET}'}",
  ],
  [
    "a variable that is no id",
    "agent: {instance_id: '${SECRET}', health_check_endpoint: '${SECRET}'}",
  ],
  [
    "a variable that is no file",
    "agent: {executable: '${SECRET}', config_files: ['${SECRET}', 'x${SECRET}']}",
  ],
  ["a variable that is no endpoint", "server: {endpoint: '${SECRET}'}"],
  ["a variable that is no level", "telemetry: {logs: {level: '${SECRET}', encoding: '${SECRET}'}}"],
  [
    "a variable that is no certificate",
    "server: {endpoint: 'wss://h:1/', tls: {ca_pem: '${SECRET}', key_pem: '${SECRET}'}}",
  ],
  ["a default", "agent: {stop_timeout: '${env:NONE:-hunter2}'}"],
  ["a header", "server: {headers: {Authorization: [Bearer hunter2, 5]}}"],
  ["a header below a misspelled key", "server: {haeders: {Authorization: Bearer hunter2}}"],
  ["a header below an unknown key", "server: {credentials: {Authorization: Bearer hunter2}}"],
  ["a key", "server: {endpoint: 'wss://h:1/', tls: {key_pem: hunter2, cert_file: none}}"],
  ["an environment variable of the agent", "agent: {env: {TOKEN: hunter2, OTHER: 5}}"],
  ["a header twice", "server:\n  headers:\n    A: hunter2\n    A: hunter2"],
  ["a header of several lines", "server:\n  headers:\n    A: |\n      x\n      hunter2"],
  ["a header in broken YAML", "server:\n  headers:\n    A: 'hunter2"],
  ["a header below a tab", "server:\n\theaders:\n\t\tA: hunter2\n\t\tB: Bearer: hunter2"],
  ["a key that is a secret in one place, in broken YAML", "server:\n  auth: 'hunter2"],
  ["a list item in broken YAML", "server:\n  headers:\n    A: [\n    - a: hunter2: b"],
  ["the user in an endpoint", "server: {endpoint: 'ws://me:hunter2@h:x/'}"],
])("%s is never shown", (_, text) => {
  const { problems } = createAgentFolder().read(`${text}\n`, { SECRET: secret });
  const shown = problems.map(formatProblem).join("\n").replaceAll("${env:NONE:-hunter2}", "");
  expect(problems.length).toBeGreaterThan(0);
  expect(shown).not.toContain(secret);
});

test.each([
  ['  env: {A: "s3cret\\0"}\n', "agent.env.A"],
  ['  env: {"A\\0": s3cret}\n', "agent.env.A?"],
  ['  args: [a, "plain\\0"]\n', "agent.args[1]"],
  ['  args: "a,plain\\0"\n', "agent.args"],
])(
  "a NUL character, with which no program can be started, is refused at its place: %j",
  (part, path) => {
    const { settings, problems } = createAgentFolder().read(complete(part));
    expect(settings).toBeUndefined();
    expect(problems).toHaveLength(1);
    const said = problems.map(formatProblem).join();
    expect(said).toContain(`${path}: expected text, found a NUL`);
    expect(said).not.toContain("s3cret");
  },
);
