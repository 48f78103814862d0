import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test, expect } from "vitest";
import { parse } from "yaml";
import { settingsKeys } from "../src/supervisor/settings/read/read-settings.ts";
import { durationMs } from "../src/supervisor/settings/file/duration.ts";
import { knownKeys } from "../src/supervisor/settings/keys/known-keys.ts";
import {
  type Folder,
  createFolder,
  brief,
  settingsOf,
} from "./supervisor/settings/fixture-folder.ts";

const root = join(import.meta.dirname, "..");
const example = readFileSync(join(root, "examples/supervisor.yaml"), "utf8");

// A `#` directly before a key switches it off, and the lines below it, where more than one space follows. Prose has one.
const everything = example
  .split("\n")
  .map((line) => line.replace(/^( *)#(?=[^ #]| {2})/, "$1"))
  .join("\n");

function createHost(): Folder {
  const folder = createFolder();
  folder.program("otelcol");
  return folder;
}

const environment = { OTELCOL_COLLECTOR_BINARY: "./otelcol" };

test("the example as it is does the main job", () => {
  const host = createHost();
  const read = host.read(example, environment);
  expect(brief(read.problems.filter((each) => each.severity === "error"))).toEqual([]);
  expect(read.problems).toEqual([]);
  const { server, capabilities, agent, storage } = settingsOf(read);
  expect(server.endpoint).toBe("wss://127.0.0.1:4320/v1/opamp");
  expect(server.tls.skipVerify).toBe(true);
  expect(capabilities).toMatchObject({
    acceptsRemoteConfig: true,
    reportsEffectiveConfig: true,
    reportsOwnMetrics: false,
    reportsOwnLogs: true,
    reportsOwnTraces: false,
    reportsHealth: true,
    reportsRemoteConfig: true,
  });
  expect(agent.executable).toBe(join(host.path, "otelcol"));
  expect(storage.directory).toBe(join(host.path, "storage"));
});

test("with every key switched on the example reads without an error, and means the same", () => {
  const host = createHost();
  const read = host.read(everything, environment);
  expect(brief(read.problems.filter((each) => each.code !== "not-acted-on"))).toEqual([]);
  const settings = settingsOf(read);
  const plain = settingsOf(host.read(example, environment));
  // The defaults that cannot be written down: one depends on how long validation takes, the other is the lack of it.
  const agent = { ...settings.agent, startTimeoutMs: undefined, rules: plain.agent.rules };
  const offers = { ...settings.server.offers, allowedHosts: undefined };
  // Nor can the lack of a place to send telemetry to.
  const { logs, traces, readers, agentLogs } = settings.telemetry;
  const none = { logs: [], traces: [], readers: [], agentLogs: undefined };
  const server = { ...settings.server, offers };
  const telemetry = { ...settings.telemetry, ...none };
  expect({ ...settings, agent, server, telemetry }).toEqual(plain);
  expect([logs.length, traces.length, readers.length]).toEqual([4, 4, 3]);
  expect(agentLogs?.url).toBe("http://localhost:4318/v1/logs");
  expect(Object.keys(settings.agent.rules.limits)).toHaveLength(5);
});

test("the example names every key that is known", () => {
  const written = new Set(pathsIn(parse(everything), ""));
  expect(settingsKeys().filter((key) => !written.has(key))).toEqual([]);
});

test("what is switched off is the default", () => {
  const values = parse(everything) as unknown;
  const written = parse(example) as unknown;
  for (const [path, rule] of Object.entries(knownKeys)) {
    if (!("default" in rule) || path.includes("[]") || valueAt(written, path) !== undefined)
      continue;
    const value = valueAt(values, path);
    const isDuration = rule.type === "duration";
    const said = isDuration ? durationMs(String(value)) : value;
    const meant = isDuration ? durationMs(rule.default ?? "") : rule.default;
    expect([path, said]).toEqual([path, meant]);
  }
});

test("every key has a comment, above it or behind it", () => {
  const lines = everything.split("\n");
  const isKey = (line: string) => /^ *(- )?[\w/]+:/.test(line);
  const bare = lines.filter((line, index) => {
    const above = lines[index - 1] ?? "";
    return isKey(line) && !/ # \S/.test(line) && !/^ *# \S/.test(above);
  });
  expect(bare).toEqual([]);
});

function pathsIn(value: unknown, path: string): readonly string[] {
  if (Array.isArray(value)) return [path, ...value.flatMap((item) => pathsIn(item, `${path}[]`))];
  if (typeof value !== "object" || value === null) return [path];
  const inside = Object.entries(value).flatMap(([key, inner]) =>
    pathsIn(inner, path === "" ? key : `${path}.${key}`),
  );
  return [path, ...inside];
}

function valueAt(value: unknown, path: string): unknown {
  return path.split(".").reduce<unknown>((inner, key) => {
    return typeof inner === "object" && inner !== null
      ? (inner as Record<string, unknown>)[key]
      : undefined;
  }, value);
}
