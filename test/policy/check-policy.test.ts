import { test, expect } from "vitest";
import { checkRules, violationText } from "../../src/policy/check-policy.ts";
import { rulesOf, found, pipeline } from "../helpers/core/rules.ts";

const strict = rulesOf({
  components: { allow: ["otlp", "debug", "batch"] },
  exporter_hosts: { allow: ["*.example.com"] },
  file_paths: { allow: ["/var/log/**"] },
  providers: { allow: ["env"] },
  listen: { allow: ["localhost"] },
});

const good = [
  "receivers: {otlp: {protocols: {grpc: {endpoint: localhost:4317}}}}",
  "processors: {batch: {timeout: '${env:TIMEOUT:-5s}'}}",
  "exporters: {otlp: {endpoint: 'in.example.com:4317', headers: {Authorization: 'Bearer ${env:TOKEN}'}}}",
  "service: {pipelines: {logs: {receivers: [otlp], processors: [batch], exporters: [otlp]}}}",
  "",
].join("\n");

test("a good configuration passes the strictest rules", () => {
  expect(found(strict, good)).toEqual([]);
});

test("rules without a subject permit everything", () => {
  expect(
    found(rulesOf({}), pipeline("filelog: {include: [/etc/shadow]}", "x: {endpoint: evil}")),
  ).toEqual([]);
});

test("everything that is wrong is said at once, with rule, place and value", () => {
  const text = good.replace("localhost:4317", "0.0.0.0:4317").replace("in.example.com", "evil.net");
  expect(checkRules(strict, text, (path) => path)).toEqual([
    { rule: "exporter_hosts.allow", path: "exporters.otlp.endpoint", found: "evil.net:4317" },
    {
      rule: "listen.allow",
      path: "receivers.otlp.protocols.grpc.endpoint",
      found: "0.0.0.0:4317",
    },
  ]);
});

test("a text that cannot be read does not pass", () => {
  expect(found(strict, "a: [\n")).toEqual(["policy "]);
  expect(found(strict, "- a\n")).toEqual(["policy "]);
});

test("the sentence for people names what is wrong and counts what it leaves out", () => {
  const one = { rule: "listen.deny", path: "a.b", found: "0.0.0.0:1" };
  expect(violationText([one])).toBe("refused by the local policy: listen.deny: a.b is 0.0.0.0:1");
  const why = { ...one, path: "", found: "", why: "it cannot be known" };
  expect(violationText([why])).toBe(
    "refused by the local policy: listen.deny: empty (it cannot be known)",
  );
  expect(violationText(Array(10).fill(one))).toMatch(/; and 2 more$/);
});

test("a large configuration is judged in full", () => {
  const parts = Array.from({ length: 4_000 }, (_, index) => index);
  const text = [
    "receivers:",
    ...parts.map((each) => `  otlp/${each}: {protocols: {grpc: {endpoint: 'localhost:${each}'}}}`),
    "exporters: {debug: }",
    "service:",
    "  pipelines:",
    ...parts.map((each) => `    logs/${each}: {receivers: [otlp/${each}], exporters: [debug]}`),
    "",
  ].join("\n");
  expect(found(strict, text)).toEqual([]);
});
