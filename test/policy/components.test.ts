import { test, expect } from "vitest";
import { faultOfComponent } from "../../src/policy/components.ts";
import { rulesOf, found, pipeline } from "../helpers/core/rules.ts";

const noFiles = rulesOf({ components: { deny: ["receivers/filelog"] } });
const onlyOtlp = rulesOf({
  components: { allow: ["otlp", "exporters/debug", "processors/*"] },
});
const filelog = "components.deny receivers.filelog";

test("a type that is not denied passes, and one that is denied does not", () => {
  expect(found(noFiles, pipeline("otlp: {protocols: {grpc: }}"))).toEqual([]);
  expect(found(noFiles, pipeline("filelog: {include: [/x]}"))).toEqual([filelog]);
});

test("with a list of what is allowed everything else is refused", () => {
  expect(found(onlyOtlp, pipeline("otlp: {}"))).toEqual([]);
  expect(found(onlyOtlp, pipeline("otlp: {}", "file: {path: /x}"))).toEqual([
    "components.allow exporters.file",
  ]);
  expect(found(rulesOf({ components: { allow: [] } }), pipeline("otlp: {}"))).toHaveLength(2);
});

test("what is denied stays denied where it is also allowed", () => {
  const both = rulesOf({ components: { allow: ["filelog", "debug"], deny: ["filelog"] } });
  expect(found(both, pipeline("filelog: {}"))).toEqual([filelog]);
});

test("an entry with a kind is about that kind only", () => {
  const rules = rulesOf({ components: { deny: ["exporter/otlp"] } });
  expect(found(rules, pipeline("otlp: {}"))).toEqual([]);
  expect(found(rules, pipeline("otlp: {}", "otlp: {}"))).toEqual([
    "components.deny exporters.otlp",
  ]);
});

test("a component that nothing uses is never started and not refused", () => {
  const unused = "receivers: {filelog: }\nservice: {pipelines: {}}\n";
  expect(found(noFiles, unused)).toEqual([]);
});

test("connectors and extensions are judged where they are used", () => {
  const rules = rulesOf({ components: { deny: ["count", "pprof"] } });
  const text =
    "extensions: {pprof: , zpages: }\nconnectors: {count: }\n" +
    "service: {extensions: [pprof, zpages], pipelines: {logs: {receivers: [x], exporters: [count]}}}\n";
  expect(found(rules, text)).toEqual([
    "components.deny extensions.pprof",
    "components.deny connectors.count",
  ]);
});

test.each([
  ["a name behind the type", "filelog/harmless: {}", "filelog/harmless"],
  ["another spelling of the type", "file_log: {}", "file_log"],
  ["capitals", "FileLog: {}", "FileLog"],
  ["quotes and blanks", '" filelog /x": {}', "filelog /x"],
  ["a binary key", "!!binary ZmlsZWxvZw==: {}", "filelog"],
])("%s does not get round a denied type", (_, receiver, id) => {
  const text = `receivers: {${receiver}}\nservice: {pipelines: {logs: {receivers: ["${id}"]}}}\n`;
  const [first = ""] = found(noFiles, text);
  expect(first).toContain("components.deny receivers.");
});

test("keys joined by :: do not get round a denied type", () => {
  const text =
    '"receivers::filelog::include": [/x]\n"service::pipelines::logs::receivers": [filelog]\n';
  expect(found(noFiles, text)).toEqual([filelog]);
});

test("a merge key or an alias does not get round a denied type", () => {
  const text =
    "x: &x {filelog: {}}\nreceivers: {<<: *x}\ny: &y [filelog]\nservice: {pipelines: {logs: {receivers: *y}}}\n";
  expect(found(noFiles, text)).toEqual([filelog]);
});

test.each([
  ["an item", "service: {pipelines: {logs: {receivers: ['${env:NONE:-filelog}']}}}"],
  ["a list", "service: {pipelines: {logs: {receivers: '${env:NONE:-[filelog]}'}}}"],
  ["a part of a name", "service: {pipelines: {logs: {receivers: ['file${env:NONE}log']}}}"],
  ["a list of extensions", "service: {pipelines: {}, extensions: '${env:NONE:-[x]}'}"],
])("%s that a reference stands for does not get round a denied type", (_, service) => {
  const [first = ""] = found(noFiles, `receivers: {filelog: }\n${service}\n`);
  expect(first).toContain("components.deny service.");
});

test.each([
  ["a section", "receivers: '${yaml:filelog: x}'"],
  ["a component", "receivers: {otlp: '${file:/x.yaml}'}"],
  ["a variable for a component", "receivers: {otlp: '${env:A}'}"],
  ["all of service", "service: '${env:A}'"],
])("%s that a reference stands for is refused", (_, text) => {
  expect(found(noFiles, `${text}\n`)).not.toEqual([]);
});

test("a receiver that a receiver_creator starts is judged too", () => {
  const text = pipeline("receiver_creator/x: {receivers: {filelog/y: {rule: 'true', config: {}}}}");
  expect(found(noFiles, text)).toEqual([
    "components.deny receivers.receiver_creator/x.receivers.filelog/y",
  ]);
});

test("a receiver_creator that takes receivers from annotations is refused", () => {
  const text = pipeline("receiver_creator: {discovery: {enabled: true}}");
  expect(found(noFiles, text)).toEqual([
    "components.deny receivers.receiver_creator.discovery.enabled",
  ]);
});

test("both names of one exporter mean the same", () => {
  const rules = rulesOf({ components: { deny: ["exporters/otlp"] } });
  expect(found(rules, pipeline("otlp: {}", "otlp_grpc: {}"))).toHaveLength(1);
  const http = rulesOf({ components: { deny: ["exporters/otlp_http"] } });
  expect(found(http, pipeline("otlp: {}", "otlphttp: {}"))).toHaveLength(1);
});

test.each([
  ["hostmetrics", "host_metrics"],
  ["host_metrics", "hostmetrics"],
  ["icmp_check", "icmpcheckreceiver"],
  ["receivers/icmpcheckreceiver", "icmp_check"],
])("a rule that says %s is about %s too", (entry, type) => {
  const denied = rulesOf({ components: { deny: [entry] } });
  expect(found(denied, pipeline(`${type}: {}`))).toEqual([`components.deny receivers.${type}`]);
  const allowed = rulesOf({ components: { allow: [entry, "exporters/*"] } });
  expect(found(allowed, pipeline(`${type}: {}`))).toEqual([]);
});

test("a processor whose former name no longer works is denied by both of its names", () => {
  const rules = rulesOf({ components: { deny: ["dynamic_sampling"] } });
  const text =
    "processors: {adaptive_tail_sampling: }\nservice: {pipelines: {traces: {processors: [adaptive_tail_sampling]}}}\n";
  expect(found(rules, text)).toEqual(["components.deny processors.adaptive_tail_sampling"]);
});

test("what the supervisor adds itself is not refused, and more than that is", () => {
  const service = "service: {extensions: [health_check], pipelines: {}}\n";
  const own = `extensions: {health_check: {endpoint: "localhost:13133"}}\n${service}`;
  const more = `extensions: {health_check: {endpoint: "localhost:13133", path: /x}}\n${service}`;
  expect(found(onlyOtlp, own)).toEqual([]);
  expect(found(onlyOtlp, more)).toEqual(["components.allow extensions.health_check"]);
});

test("the way to the supervisor is not refused, a way to another server is", () => {
  const text = (endpoint: string): string =>
    `extensions: {opamp: {server: {ws: {endpoint: "${endpoint}"}}}}\nservice: {extensions: [opamp]}\n`;
  expect(found(onlyOtlp, text("ws://127.0.0.1:4000/v1/opamp"))).toEqual([]);
  expect(found(onlyOtlp, text("ws://127.0.0.1.evil.example/v1"))).toHaveLength(1);
  expect(found(onlyOtlp, text("ws://127.0.0.1@evil.example/v1"))).toHaveLength(1);
});

test("an entry is a type or a kind and a type", () => {
  expect(
    ["otlp", "receivers/otlp", "exporter/file", "processors/*", "*"].map(faultOfComponent),
  ).toEqual(Array(5).fill(undefined));
  for (const entry of ["", "pipelines/x", "receivers/filelog/x", "a b"]) {
    expect(faultOfComponent(entry), entry).toBeDefined();
  }
});
