import { createHash } from "node:crypto";
import { writeFileSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test, expect } from "vitest";
import { type ExplainOptions, explain } from "../../src/cli/explain/explain.ts";
import type { Connections } from "../../src/agent-config/connections.ts";
import { agentPath, agentEnv } from "../helpers/agent/agents.ts";
import { wallTime } from "../../src/supervisor/core/state/wall-clock.ts";
import { keepRefused } from "../../src/supervisor/store/refused-offers.ts";
import { temporaryFolder } from "../helpers/temporary-folder.ts";
import { heard } from "../helpers/cli/heard.ts";

interface Place {
  readonly write: (name: string, text: string) => string;
  readonly folder: string;
  readonly ask: (
    path?: string,
    files?: readonly string[],
    more?: Partial<ExplainOptions>,
  ) => Promise<{ readonly code: number; readonly out: string; readonly err: string }>;
}

const local = `exporters:
  debug: {verbosity: basic}
service:
  pipelines:
    traces: {receivers: [otlp], exporters: [debug]}
`;

const withoutLocal = `server: {endpoint: "ws://127.0.0.1:1"}
storage: {directory: storage}
agent: {executable: ${agentPath("healthy")}}
`;

/** A folder with supervisor.yaml and one local layer. */
function place(agent = ""): Place {
  const folder = temporaryFolder();
  const write = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  write("local.yaml", local);
  write(
    "supervisor.yaml",
    `server: {endpoint: "ws://127.0.0.1:1"}
storage: {directory: storage}
agent:
  executable: ${agentPath("healthy")}
  config_files: [local.yaml]
${agent}`,
  );
  return {
    folder,
    write,
    ask: (path = "", files = [], more = {}) =>
      heard(folder, agentEnv, (said) =>
        explain(path, { config: "supervisor.yaml", with: files, ...more }, said),
      ),
  };
}

/** A journal as the supervisor leaves it, with a remote configuration that proved itself. */
function writeJournal(
  folder: string,
  text: string | undefined,
  damaged = false,
  connections?: Connections,
): void {
  const files = text === undefined ? [] : [{ name: "", text }];
  const remote = { hash: "01", digest: "d", files };
  const own = { ownHealthCheck: "localhost:13135", ownMetrics: "localhost:8888" };
  const good = { number: 1, hash: "h", remote, connections, runs: true, parked: false, ...own };
  const verdict = { is: "unset" };
  const uid = "01900000-0000-7000-8000-000000000001";
  const journal = { uid, nextNumber: 2, verdict, good, target: good };
  const digest = createHash("sha256").update(JSON.stringify(journal)).digest("hex");
  mkdirSync(join(folder, "storage"), { recursive: true });
  const sha256 = damaged ? "other" : digest;
  writeFileSync(join(folder, "storage/journal.json"), JSON.stringify({ sha256, journal }));
}

test("without anything else each value is that of the local file, and nothing is made on disk", async () => {
  const { ask, folder } = place();
  const { code, out, err } = await ask();
  expect([code, err]).toEqual([0, ""]);
  expect(out).toContain(`exporters.debug.verbosity: basic  # ${folder}/local.yaml:2\n`);
  expect(out).toContain(`extensions.health_check.endpoint: "localhost:13133"  # the supervisor\n`);
  expect(readdirSync(folder).toSorted()).toEqual(["local.yaml", "supervisor.yaml"]);
});

test("the last good remote configuration is part of it, read from a directory that stays as it is", async () => {
  const { ask, folder } = place();
  writeJournal(folder, "exporters: {debug: {verbosity: detailed}}\n");
  const { out } = await ask("exporters");
  expect(out).toBe(
    `exporters.debug.verbosity: detailed  # remote configuration:1, hides basic from ${folder}/local.yaml:2\n`,
  );
  expect(readdirSync(join(folder, "storage"))).toEqual(["journal.json"]);
  // The usual port was taken.
  expect((await ask("extensions")).out).toContain('"localhost:13135"  # the supervisor');
  expect((await ask("service.telemetry.resource")).out).toContain("01900000-0000");
});

test("what a server has offered of connections is part of it by name, and nothing secret is shown", async () => {
  const { ask, folder } = place();
  const secret = {
    ...{ endpoint: "https://offered.example", headers: [["authorization", "s3cret"] as const] },
    ...{ certificate: { cert: "s3cret", key: "s3cret" }, tls: undefined, proxy: undefined },
  };
  writeJournal(folder, "exporters: {debug: {verbosity: detailed}}\n", false, {
    telemetry: { traces: secret },
    others: [["debug", { ...secret, settings: [] }]],
  });
  const { out } = await ask();
  expect(out).toContain(
    `endpoint: "https://offered.example"  # own telemetry offered by the server`,
  );
  expect(out).toContain(
    `exporters.debug.endpoint: "https://offered.example"  # other connections offered by the server`,
  );
  expect(out).toContain(`${folder}/storage/secrets/`);
  expect(out).not.toContain("s3cret");
});

test("a renamed component is found by each of its names", async () => {
  const { ask, write } = place();
  write("local.yaml", `${local}receivers:\n  host_metrics/disk: {collection_interval: 5s}\n`);
  const { code, out } = await ask("receivers.hostmetrics/disk");
  expect(code).toBe(0);
  expect(out).toMatch(/^receivers.host_metrics\/disk.collection_interval: 5s  # .*local.yaml:7\n$/);
});

test("a damaged journal is passed over and left where it is", async () => {
  const { ask, folder } = place();
  writeJournal(folder, "exporters: {debug: {verbosity: detailed}}\n", true);
  expect((await ask("exporters")).out).toContain("verbosity: basic");
  expect(readdirSync(join(folder, "storage"))).toEqual(["journal.json"]);
});

test("files stand for a remote configuration that is not applied yet, instead of the last good one", async () => {
  const { ask, folder, write } = place();
  writeJournal(folder, "exporters: {debug: {sampling: 5}}\n");
  write("b.yaml", "exporters: {debug: {verbosity: detailed}}\n");
  write("a.yaml", "exporters: {debug: {verbosity: normal}}\n");
  const { code, out, err } = await ask("exporters.debug", ["b.yaml", "a.yaml"]);
  expect(code).toBe(0);
  expect(out).toBe(
    `exporters.debug.verbosity: detailed  # remote configuration "b.yaml":1, hides normal from remote configuration "a.yaml":1, hides basic from ${folder}/local.yaml:2\n`,
  );
  expect(err).toContain("warning: exporters.debug.verbosity is set differently");
});

test("with on_collision: fail two files that contradict each other are refused", async () => {
  const { ask, write } = place("  on_collision: fail\n");
  write("a.yaml", "a: 1\n");
  write("b.yaml", "a: 2\n");
  const { code, err } = await ask("", ["a.yaml", "b.yaml"]);
  expect(code).toBe(2);
  expect(err).toContain('a is set differently by remote configuration "a.yaml":1');
});

test("an effective.yaml that was written by hand is looked at, not taken over", async () => {
  const { ask, folder, write } = place();
  write("effective.yaml", "receivers: {otlp: }\n");
  write("supervisor.yaml", withoutLocal);
  expect((await ask("receivers")).out).toBe(`receivers.otlp: null  # ${folder}/effective.yaml:1\n`);
  expect(readdirSync(folder)).not.toContain("storage");
});

test("an empty remote configuration without a local one stops the agent, and that is said", async () => {
  const { ask, folder, write } = place();
  write("supervisor.yaml", withoutLocal);
  writeJournal(folder, undefined);
  const { code, out } = await ask();
  expect([code, out]).toEqual([0, expect.stringContaining("the agent is stopped")]);
});

test("long values are cut", async () => {
  const { ask, write } = place();
  write("local.yaml", `a: ${"x".repeat(500)}\n`);
  const { out } = await ask("a");
  expect(out).toMatch(/^a: x{99}… {2}#/);
});

test.each([
  ["a path that is not there", "exporters.nothing", []],
  ["a file that is not there", "", ["nothing.yaml"]],
  ["a file that is no configuration", "", ["list.yaml"]],
])("%s ends with exit code 2 and says why", async (_, path, files) => {
  const { ask, write } = place();
  write("list.yaml", "- a\n");
  const { code, out, err } = await ask(path, files);
  expect([code, out]).toEqual([2, ""]);
  expect(err).toMatch(/exporters\.nothing|nothing\.yaml|list\.yaml/);
});

test("mistakes in supervisor.yaml are shown as by check", async () => {
  const { ask } = place("  on_collisions: fail\n");
  const { code, err } = await ask();
  expect(code).toBe(2);
  expect(err).toContain("did you mean on_collision");
});

const refused = { refused: true };

test("a refused offer is shown against what runs: what is new, what changes, what would be gone", async () => {
  const { ask, folder } = place();
  writeJournal(folder, "exporters: {debug: {verbosity: detailed, sampling: 5}}\n");
  const text = "exporters:\n  debug: {verbosity: normal}\n  other: {endpoint: x}\n";
  const remote = { hash: "0abc", digest: "d", files: [{ name: "", text }], problem: undefined };
  keepRefused(join(folder, "storage"), { remote, why: "no\nsuch exporter" }, wallTime(0));
  const { code, out, err } = await ask("exporters", [], refused);
  expect([code, err]).toEqual([0, ""]);
  expect(out).toBe(`offer 0abc failed at 1970-01-01 00:00:00 UTC:
  no
  such exporter

against what runs now (+ new, ~ changed, - gone):
~ exporters.debug.verbosity: normal  # remote configuration:2, instead of detailed from remote configuration:1
+ exporters.other.endpoint: x  # remote configuration:3
- exporters.debug.sampling: 5  # was in remote configuration:1
`);
  expect((await ask("receivers", [], refused)).out).toContain("it would change no value");
  expect((await ask("", [], { ...refused, hash: "0ab" })).code).toBe(0);
  expect((await ask("", [], { ...refused, hash: "ff" })).code).toBe(1);
  expect((await ask("", ["x.yaml"], refused)).code).toBe(2);
});

test("an offer that cannot even be read has its reason, and none that was refused is an error", async () => {
  const { ask, folder } = place();
  const none = await ask("", [], refused);
  expect([none.code, none.out]).toEqual([1, ""]);
  expect(none.err).toContain("expected a refused offer in");
  const remote = { hash: "0abc", digest: "d", files: [], problem: "not UTF-8" };
  mkdirSync(join(folder, "storage"));
  keepRefused(join(folder, "storage"), { remote, why: "not UTF-8" }, wallTime(0));
  expect((await ask("", [], refused)).out).toContain("  not UTF-8\n");
  const broken = { ...remote, hash: "0abd", files: [{ name: "", text: "a: [" }] };
  keepRefused(join(folder, "storage"), { remote: broken, why: "broken" }, wallTime(1));
  expect((await ask("", [], refused)).out).toContain("it cannot be shown value by value: ");
});

test("a health check that a server leaves empty is shown with the local layer that keeps it", async () => {
  const { write, ask } = place();
  const layer = `${local}extensions: {health_check: {endpoint: "0.0.0.0:13133"}}\n`;
  write("local.yaml", layer);
  const file = write("remote.yaml", "extensions: {health_check: }\n");
  const { code, out, err } = await ask("extensions.health_check", [file]);
  expect(code).toBe(0);
  expect(out).toMatch(
    /^extensions\.health_check\.endpoint: "0\.0\.0\.0:13133" +# .*local\.yaml:6\n$/,
  );
  expect(err).toContain("extensions.health_check is empty in remote configuration");
});
