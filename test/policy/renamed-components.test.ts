import * as fc from "fast-check";
import { expect, test } from "vitest";
import { checkRules } from "../../src/policy/check-policy.ts";
import type { Limits, Subject } from "../../src/policy/policy.ts";
import { type RenamedType, twoNames } from "../helpers/agent/renamed-types.ts";
import { rulesOf } from "../helpers/core/rules.ts";

type Lists = Partial<Record<Subject, Partial<Limits>>>;

const settings = fc.subarray([
  'endpoint: "0.0.0.0:4317"',
  "path: /etc/shadow",
  "include: [/var/log/a.log]",
  "url: http://evil.example.net/x",
  "protocols: {grpc: , http: {path: /x}}",
  "tls: {cert_file: /etc/other.pem}",
  "storage: '${env:PLACE}'",
]);

const others: fc.Arbitrary<Lists> = fc.record(
  {
    exporter_hosts: fc.constantFrom<Partial<Limits>>(
      { allow: ["*.example.com"] },
      { deny: ["evil.example.net"] },
    ),
    file_paths: fc.constantFrom<Partial<Limits>>({ allow: ["/var/log"] }, { deny: ["/etc"] }),
    listen: fc.constantFrom<Partial<Limits>>({ allow: ["10.0.0.1"] }, { deny: ["localhost"] }),
  },
  { requiredKeys: [] },
);

/** How the list of components names a type. */
const entries = fc.constantFrom(
  (_: string, name: string) => name,
  (section: string, name: string) => `${section}/${name}`,
  (section: string, name: string) => `${section.slice(0, -1)}/${name.toUpperCase()}`,
);

const usualParts = "receivers: {nop: }\nexporters: {nop: }\nconnectors: {forward: }\n";

/** A configuration that runs one component of the type, alone or started by another one. */
function configOf(section: string, id: string, lines: readonly string[], nested: boolean): string {
  const inside = `{${lines.join(", ")}}`;
  const part =
    nested && section === "receivers"
      ? `receivers: {nop: , receiver_creator: {receivers: {${id}: {config: ${inside}}}}}`
      : `${section}: {${id}: ${inside}}`;
  const used = nested && section === "receivers" ? "receiver_creator" : id;
  const lists: Readonly<Record<string, string>> = {
    receivers: `pipelines: {logs: {receivers: [${used}], exporters: [nop]}}`,
    processors: `pipelines: {logs: {receivers: [nop], processors: [${used}], exporters: [nop]}}`,
    exporters: `pipelines: {logs: {receivers: [nop], exporters: [${used}]}}`,
    connectors: `pipelines: {logs: {receivers: [nop], exporters: [${used}]}}`,
    extensions: `extensions: [${used}]`,
  };
  const rest = usualParts
    .split("\n")
    .filter((line) => !part.startsWith(line.slice(0, line.indexOf(":") + 1)));
  return `${part}\n${rest.join("\n")}\nservice: {${lists[section] ?? ""}}\n`;
}

test("whichever of its names a rule and a configuration use, the verdict on a renamed component is the same", () => {
  const list = fc.record({ allows: fc.boolean(), entry: entries });
  fc.assert(
    fc.property(twoNames, list, others, settings, fc.boolean(), (...drawn) => {
      const [{ section, names, one, other }, { allows, entry }, limits, lines, nested] = drawn;
      const verdict = (inRule: string, inConfig: string): unknown => {
        const inList = [entry(section, inRule), "nop", "forward", "receiver_creator"];
        const components = allows ? { allow: inList } : { deny: inList.slice(0, 1) };
        const text = configOf(section, `${inConfig}/x`, lines, nested);
        const found = checkRules(rulesOf({ ...limits, components }), text, (path) => path);
        // The words name the part as it is written.
        const written = new RegExp(`\\b${inConfig}\\b`, "g");
        return found.map((each) => JSON.stringify(each).replaceAll(written, "<type>"));
      };
      const expected = verdict(one, one);
      for (const [inRule, inConfig] of [
        [one, other],
        [other, one],
        ...names.map((name) => [name, one] as const),
      ] as const) {
        expect(verdict(inRule, inConfig)).toEqual(expected);
      }
    }),
    { numRuns: 300 },
  );
});

test("a rule on one type says nothing about another one", () => {
  const different = fc
    .tuple(twoNames, twoNames)
    .filter(([a, b]) => a.section === b.section && a.names !== b.names);
  fc.assert(
    fc.property(
      different,
      ([denied, used]: readonly [RenamedType & { one: string }, RenamedType & { one: string }]) => {
        const rules = rulesOf({ components: { deny: [`${denied.section}/${denied.one}`] } });
        const text = configOf(used.section, used.one, [], false);
        expect(checkRules(rules, text, (path) => path)).toEqual([]);
      },
    ),
  );
});
