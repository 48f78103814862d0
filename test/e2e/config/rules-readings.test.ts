import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { test, expect } from "vitest";
import { collectorPath, scratchFolder } from "../../helpers/e2e/daemon.ts";
import { rulesOf, found } from "../../helpers/core/rules.ts";

const run = promisify(execFile);

/** What the collector makes of a configuration, in its own words. */
async function readingOf(text: string): Promise<string> {
  const folder = scratchFolder();
  const file = join(folder, "config.yaml");
  writeFileSync(file, text);
  writeFileSync(join(folder, "more.yaml"), "endpoint: 0.0.0.0:1234\n");
  const { stdout } = await run(
    collectorPath(),
    ["print-config", "--mode=unredacted", "--config", file],
    { cwd: folder, env: { SCHEME: "env", ADDRESS: "0.0.0.0:1234" } },
  );
  return stdout;
}

const rules = rulesOf({ listen: { deny: ["0.0.0.0"] }, providers: { deny: ["file"] } });

const withReceivers = (receivers: string): string =>
  `${receivers}\nexporters: {debug: {}}\nservice: {pipelines: {logs: {receivers: [otlp], exporters: [debug]}}}\n`;
const withEndpoint = (endpoint: string): string =>
  withReceivers(`receivers: {otlp: {protocols: {grpc: {endpoint: ${endpoint}}}}}`);

// Each is a way to write the same address that the collector really follows; none may get round the rules.
test.each([
  ["a plain text", withEndpoint('"0.0.0.0:1234"')],
  ["an escape of YAML", withEndpoint('"\\x30.0.0.0:1234"')],
  ["a binary text", withEndpoint("!!binary MC4wLjAuMDoxMjM0")],
  ["a binary text by its long name", withEndpoint("!<tag:yaml.org,2002:binary> MC4wLjAuMDoxMjM0")],
  ["a tag of one's own", withEndpoint("!mine 0.0.0.0:1234")],
  ["a default", withEndpoint('"${env:NONE:-0.0.0.0:1234}"')],
  ["a default of a default", withEndpoint('"${env:NONE:-${env:NONE:-0.0.0.0:1234}}"')],
  ["a variable that is not set in the middle", withEndpoint('"0.0.${env:NONE}0.0:1234"')],
  ["inline settings as a text", withEndpoint('"0.0.${yaml:0}.0:1234"')],
  ["a scheme that is put together", withEndpoint('"x${e${env:NONE:-nv}:ADDRESS}"')],
  ["a scheme from a variable", withEndpoint('"x${${env:SCHEME}:ADDRESS}"')],
  ["a reference behind an escaped dollar", withEndpoint('"$$${env:ADDRESS}"')],
  [
    "keys joined by ::",
    withReceivers('receivers: {otlp: {"protocols::grpc::endpoint": "0.0.0.0:1234"}}'),
  ],
  [
    "keys joined by :: from the top",
    withReceivers('"receivers::otlp::protocols::grpc::endpoint": "0.0.0.0:1234"'),
  ],
  [
    "inline settings",
    withReceivers('receivers: {otlp: {protocols: {grpc: "${yaml:endpoint: 0.0.0.0:1234}"}}}'),
  ],
  [
    "settings in a default",
    withReceivers('receivers: {otlp: {protocols: {grpc: "${env:NONE:-endpoint: 0.0.0.0:1234}"}}}'),
  ],
  [
    "inline settings behind nothing",
    withReceivers(
      'receivers: {otlp: {protocols: {grpc: "${env:NONE}${yaml:endpoint: 0.0.0.0:1234}"}}}',
    ),
  ],
  [
    "settings from a file",
    withReceivers('receivers: {otlp: {protocols: {grpc: "${file:more.yaml}"}}}'),
  ],
  [
    "settings from a file whose provider is put together",
    withReceivers('receivers: {otlp: {protocols: {grpc: "${${env:NONE:-file:more.yaml}}"}}}'),
  ],
  [
    "a merge key",
    withReceivers('receivers: {otlp: {protocols: {grpc: {<<: {endpoint: "0.0.0.0:1234"}}}}}'),
  ],
])("the collector follows %s, and the rules see it", async (_, text) => {
  expect(await readingOf(text)).toMatch(/endpoint: '?[x$]?0\.0\.0\.0:1234/);
  expect(found(rules, text)).not.toEqual([]);
});

test("an escaped reference stays a text for the collector, and for the rules", async () => {
  const text = withReceivers(
    'receivers: {otlp: {protocols: {http: {traces_url_path: "/$${file:more.yaml}"}}}}',
  );
  expect(await readingOf(text)).toContain("/${file:more.yaml}");
  expect(found(rules, text)).toEqual([]);
});
