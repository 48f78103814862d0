import { expect, test } from "vitest";
import { brief, complete, createAgentFolder, settingsOf } from "../fixture-folder.ts";

const inServer = (part: string) => complete("").replace("agent:", `  ${part}\nagent:`);

test("a variable that is not set is an error where the supervisor cannot do without", () => {
  const text = complete("  stop_timeout: ${SECONDS}s\n").replace("./otelcol", "${PROGRAM}");
  const { settings, problems } = createAgentFolder().read(text);
  expect(settings).toBeUndefined();
  expect(brief(problems)).toEqual([
    "error variable-unset agent.executable 4:15",
    "error variable-unset agent.stop_timeout 5:17",
  ]);
  expect(problems[0]?.message).toMatch(/PROGRAM .*opampsupervisor collector install/);
  const nowhere = createAgentFolder().read(
    "server: {endpoint: '${URL}'}\nagent: {executable: ./otelcol}\n",
  );
  expect(brief(nowhere.problems)).toEqual(["error variable-unset server.endpoint 1:21"]);
});

test("a variable that is not set leaves a key as if it were not written, with a warning", () => {
  const text = complete(
    "  instance_id: ${ID}\n  env: {A: '${A}', B: 'b${B}'}\n  args: ['${C}', --c]\n  passthrough_logs: ${D}\n" +
      "  description: {identifying_attributes: {a: '${E}'}}\n  opamp_server_port: ${F}\n",
    "capabilities: ${G}\nstorage: {directory: '${H}'}\n",
  );
  const read = createAgentFolder().read(text);
  const { agent, storage } = settingsOf(read);
  expect(agent).toMatchObject({
    instanceId: undefined,
    args: ["", "--c"],
    passthroughLogs: false,
    localPort: 0,
  });
  expect([...agent.env]).toEqual([
    ["A", ""],
    ["B", "b"],
  ]);
  expect([...agent.identifyingAttributes]).toEqual([["a", ""]]);
  expect(storage.written).toBe(false);
  expect(brief(read.problems)).toEqual([
    "warning variable-unset agent.instance_id 5:16",
    "warning variable-unset agent.env.A 6:13",
    "warning variable-unset agent.env.B 6:25",
    "warning variable-unset agent.args[0] 7:11",
    "warning variable-unset agent.passthrough_logs 8:21",
    "warning variable-unset agent.description.identifying_attributes.a 9:46",
    "warning variable-unset agent.opamp_server_port 10:22",
    "warning variable-unset capabilities 11:15",
    "warning variable-unset storage.directory 12:23",
  ]);
});

test.each([
  ["headers: {A: '${T}'}", [], "does not get this header, and may refuse us"],
  ["headers: {A: ['${T}']}", [""], "gets this header without it, and may refuse us"],
  ["headers: {A: 'Bearer ${T}'}", ["Bearer"], "gets this header without it, and may refuse us"],
  ["headers: {A: ['Bearer ${T}']}", ["Bearer "], "gets this header without it, and may refuse us"],
])("%s without its variable does not keep the agent from running", (part, values, said) => {
  const read = createAgentFolder().read(inServer(part));
  expect(settingsOf(read).server.headers.get("A")).toEqual(values);
  expect(read.problems).toMatchObject([{ severity: "warning", code: "variable-unset", line: 3 }]);
  expect(read.problems[0]?.message).toContain(`T is not set: the server ${said}`);
});

test("a header that is wrong in other ways stays an error", () => {
  const { problems } = createAgentFolder().read(inServer('headers: {A: "${T}x\\ny"}'));
  expect(brief(problems)).toEqual(["error variable-unset server.headers.A 3:17"]);
});

test("an entry of config_files that is left empty on purpose is left out, a layer is never lost by itself", () => {
  const folder = createAgentFolder();
  folder.write("a.yaml", "receivers:\n");
  const text = complete("  config_files: [a.yaml, '${MORE}', '${env:OTHER:-}']\n");
  const empty = folder.read(text, { MORE: "" });
  expect(empty.problems).toEqual([]);
  expect(settingsOf(empty).agent.configFiles).toHaveLength(1);
  const unset = folder.read(text);
  expect(brief(unset.problems)).toEqual(["error variable-unset agent.config_files[1] 5:27"]);
});

test.each([
  [
    "what a server may do",
    complete("  policy: {exporter_hosts: {allow: ['${HOST}']}}\n"),
    "agent.policy.exporter_hosts.allow[0]",
  ],
  [
    "who may see the page",
    complete("", "healthcheck: {auth: {authenticator: '${AUTH}'}}\n"),
    "healthcheck.auth.authenticator",
  ],
  [
    "where a server may send us",
    inServer("offers: {allowed_hosts: ['${HOST}']}"),
    "server.offers.allowed_hosts[0]",
  ],
  [
    "a password",
    complete("", "extensions: {bearertokenauth: {token: '${T}'}}\n").replace(
      "agent:",
      "  auth: bearertokenauth\nagent:",
    ),
    "extensions.bearertokenauth.token",
  ],
  [
    "the log",
    complete("", "telemetry: {logs: {output_paths: ['${LOG}']}}\n"),
    "telemetry.logs.output_paths[0]",
  ],
])("%s is never left open by a variable that is not set", (_, text, path) => {
  const { settings, problems } = createAgentFolder().read(text);
  expect(settings).toBeUndefined();
  expect(problems).toMatchObject([{ severity: "error", code: "variable-unset", path }]);
});

test("a path that is made somewhere else than was meant is an error", () => {
  const { problems } = createAgentFolder().read(
    complete("", "storage: {directory: '${NONE}/x'}\n"),
  );
  expect(brief(problems)).toEqual(["error variable-unset storage.directory 5:23"]);
});
