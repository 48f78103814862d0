import { join } from "node:path";
import { expect, test } from "vitest";
import { check } from "../../src/cli/check.ts";
import { createAgentFolder, complete } from "../supervisor/settings/fixture-folder.ts";

/** What is said of settings in a pod, which is killed after 30 s. */
function checkInPod(stopTimeout: string, sections: string): string {
  const folder = createAgentFolder();
  folder.write("supervisor.yaml", complete(`  stop_timeout: ${stopTimeout}\n`, sections));
  let said = "";
  const code = check(join(folder.path, "supervisor.yaml"), {
    environment: new Map([["KUBERNETES_SERVICE_HOST", "10.0.0.1"]]),
    workingDirectory: folder.path,
    packageDirectory: folder.path,
    version: "0.1.0",
    terminal: false,
    columns: 80,
    out: (text) => void (said += text),
    err: (text) => void (said += text),
  });
  expect(code).toBe(0);
  return said;
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

test.each(silent)("where nothing is sent a stop takes what the agent takes: %j", (sections) => {
  expect(checkInPod("28s", sections)).toContain("is good");
  expect(checkInPod("28s", sections)).not.toContain("agent.stop_timeout");
  const said = checkInPod("29s", sections);
  expect(said).toContain("the agent may take 29 s to finish, and everything is killed after 30 s");
});

test.each(sending)("where telemetry is sent a stop takes two seconds more: %j", (sections) => {
  expect(checkInPod("26s", sections)).not.toContain("agent.stop_timeout");
  expect(checkInPod("27s", sections)).toContain(
    "the agent may take 27 s to finish, the supervisor another 2 s to send its telemetry, and everything",
  );
});
