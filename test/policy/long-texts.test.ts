import { expect, test } from "vitest";
import { checkRules } from "../../src/policy/check-policy.ts";
import type { Rules } from "../../src/policy/policy.ts";
import { contains } from "../../src/policy/globs.ts";
import { percentDecoded } from "../../src/policy/likeness.ts";
import { withoutSecrets } from "../../src/policy/references.ts";

const rules: Rules = {
  limits: {
    exporter_hosts: { allow: ["a.example.com", "10.0.0.0/8"], deny: ["b.example.com"] },
    file_paths: { allow: ["/var/log/**", "/a/**/b*c*d/**/x"], deny: ["/etc/**"] },
    listen: { allow: ["localhost"], deny: ["1.2.3.4"] },
    providers: { allow: ["env"], deny: [] },
  },
  ownFiles: ["/var/lib/opampsupervisor/**"],
  ownHealthChecks: [],
};

function cpuOfJudging(config: string): number {
  const before = process.cpuUsage();
  checkRules(rules, config, (path) => (path === "." ? "/" : path));
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

function withText(text: string): string {
  const written = JSON.stringify(text);
  return `receivers:
  filelog: {include: [${written}], include_dir: ${written}, endpoint: ${written}}
exporters:
  otlp: {endpoint: ${written}, unknown: ${written}}
extensions:
  zpages: {endpoint: ${written}}
service:
  extensions: [zpages]
  pipelines: {logs: {receivers: [filelog], exporters: [otlp]}}
`;
}

const shapes: readonly (readonly [string, (length: number) => string])[] = [
  ["one long word", (length) => "a".repeat(length)],
  ["colons", (length) => `${":".repeat(length)}z`],
  ["colons and letters", (length) => `${":a".repeat(length / 2)}z!`],
  ["dots", (length) => `a${".".repeat(length)}b`],
  ["commas", (length) => ",".repeat(length)],
  ["a deep path", (length) => "/a".repeat(length / 2)],
  ["a path that goes down and up", (length) => "/a/..".repeat(length / 5)],
  ["references in each other", (length) => "${a:".repeat(length / 5) + "}".repeat(length / 5)],
  ["references without an end", (length) => `}${"${a:-".repeat(length / 5)}`],
  ["% that is written with % again and again", (length) => `%${"25".repeat(length / 2)}`],
  ["schemes", (length) => "http://".repeat(length / 7)],
  ["asterisks", (length) => `/a/b${"*c".repeat(length / 2)}`],
];

test.each(shapes)("what judging %s costs grows with the length of the text", (_what, shape) => {
  const cpuOf = (length: number): number => cpuOfJudging(withText(shape(length)));
  cpuOf(4_000);
  const few = Math.max(cpuOf(4_000), 20_000);
  // Its square would be 256 times as much.
  expect(cpuOf(64_000) / few).toBeLessThan(100);
});

test("what judging many sockets of one component costs grows with their number", () => {
  const cpuOf = (count: number): number => {
    const one = (_: unknown, at: number): string => `    s${at}: {endpoint: /x, transport: unix}\n`;
    const all = Array.from({ length: count }, one).join("");
    const used = "service: {pipelines: {logs: {receivers: [r], exporters: [nop]}}}\n";
    return cpuOfJudging(`receivers:\n  r:\n${all}${used}`);
  };
  cpuOf(500);
  const few = Math.max(cpuOf(500), 20_000);
  expect(cpuOf(8_000) / few).toBeLessThan(100);
});

test.each([
  ["/a/**/b/**/c", "/a/x/b/y/z/c", true],
  ["/a/**/b/**/c", "/a/b/c", true],
  ["/a/**/b", "/a/**/b", true],
  ["/a/**/b", "/a/b/x", false],
  ["/a/*/b", "/a/**/b", false],
  ["/a/x*y*z", "/a/x1y2y3z", true],
  ["/a/x*y*z", "/a/x1z2", false],
  ["/a/?b", "/a/*b", false],
  ["/a/?b*", "/a/xb*", true],
])("that %s contains %s is %s", (outer, inner, is) => {
  expect(contains(outer.split("/").slice(1), inner.split("/").slice(1))).toBe(is);
});

test.each([
  ["%2fetc", "/etc"],
  ["%25252fetc", "/etc"],
  ["%2%35%32f", "/"],
  ["100%", "100%"],
  ["%zz%4", "%zz%4"],
])("%s is read as %s", (text, read) => {
  expect(percentDecoded(text)).toBe(read);
});

test("% that is written with % more often than the stack is deep is read", () => {
  expect(percentDecoded(`%${"25".repeat(20_000)}2fetc`)).toBe("/etc");
});

test.each([
  ["https://u:p@h/x?k=1 y", "https://h y"],
  ["a ${env:A:-secret} b}", "a ${env:A:-…} b}"],
  ["a://b?c://d", "a://b"],
  ["x? a://b#k", "x? a://b"],
])("of %s people see %s", (text, seen) => {
  expect(withoutSecrets(text)).toBe(seen);
});
