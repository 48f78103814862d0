import * as fc from "fast-check";
import { expect, test } from "vitest";
import { YAMLMap } from "yaml";
import { aliasHints, pathsByAllNames as pathsIn } from "../../src/agent-config/alias-hints.ts";
import { parseYamlLayer } from "../../src/agent-config/yaml/read-layer.ts";
import { twoNames } from "../helpers/agent/renamed-types.ts";

const pathsByAllNames = (path: string): readonly string[] => pathsIn(path, new YAMLMap());

function refusal(section: string, type: string, valid: string): string {
  return `'${section}' unknown type: "${type}" for id: "${type}/x" (valid values: [${valid}`;
}

test.each([
  [
    refusal("receivers", "host_metrics", "nop hostmetrics])"),
    "receivers/host_metrics as hostmetrics",
  ],
  [
    refusal("receivers", "hostmetrics", "host_metrics nop])"),
    "receivers/hostmetrics as host_metrics",
  ],
  [refusal("receivers", "cisco_os", "ciscoosreceiver])"), "receivers/cisco_os as ciscoosreceiver"],
])("an unknown type is answered with the name that this collector knows", (words, expected) => {
  expect(aliasHints(words)).toEqual([`this collector knows ${expected}: write that name`]);
});

test("a type that differs in underscores alone is known too, though its renaming is not", () => {
  expect(aliasHints(refusal("receivers", "purefa", "nop pure_fa])"))).toEqual([
    "this collector knows receivers/purefa as pure_fa: write that name",
  ]);
});

test("where the list is cut, both ways of the renaming are told with its version", () => {
  expect(aliasHints(refusal("receivers", "host_metrics", "nop otl"))).toEqual([
    "collectors before 0.151 know receivers/host_metrics as hostmetrics",
  ]);
  expect(aliasHints(refusal("exporters", "otlphttp", "nop deb"))).toEqual([
    "collectors from 0.144 on know exporters/otlphttp as otlp_http",
  ]);
});

test("a type that the collector has by no name, and one that never had another, get no hint", () => {
  expect(aliasHints(refusal("receivers", "hostmetrics", "nop otlp])"))).toEqual([]);
  expect(aliasHints(refusal("processors", "mine", "batch])"))).toEqual([]);
  expect(aliasHints(refusal("processors", "mine", "bat"))).toEqual([]);
  expect(aliasHints("unknown type")).toEqual([]);
});

test("each of several refusals has its own hint", () => {
  const both = [
    refusal("receivers", "host_metrics", "hostmetrics])"),
    refusal("exporters", "otlp_http", "otlphttp])"),
  ];
  expect(aliasHints(both.join("\n"))).toHaveLength(2);
});

test("a path below a component is known by each name of its type", () => {
  expect(pathsByAllNames("receivers.hostmetrics/disk.scrapers")).toEqual([
    "receivers.hostmetrics/disk.scrapers",
    "receivers.host_metrics/disk.scrapers",
  ]);
  expect(pathsByAllNames("receivers.batch")).toEqual(["receivers.batch"]);
  expect(pathsByAllNames("service.pipelines.traces")).toEqual(["service.pipelines.traces"]);
  expect(pathsByAllNames("receivers")).toEqual(["receivers"]);
  expect(pathsByAllNames("")).toEqual([""]);
});

test("so is it by a name whose renaming is not known here, where that is configured", () => {
  const layer = parseYamlLayer("test", "receivers: {pure_fa/a: , purefb: , other: }\n");
  if ("problem" in layer) throw new Error(layer.problem);
  expect(pathsIn("receivers.purefa/a.x", layer.root)).toEqual([
    "receivers.purefa/a.x",
    "receivers.pure_fa/a.x",
  ]);
  expect(pathsIn("receivers.pure_fb", layer.root)).toEqual([
    "receivers.pure_fb",
    "receivers.purefb",
  ]);
});

test("so is a path below a component that another one starts", () => {
  expect(pathsByAllNames("receivers.receiver_creator/a.receivers.hostmetrics.config")).toEqual([
    "receivers.receiver_creator/a.receivers.hostmetrics.config",
    "receivers.receiver_creator/a.receivers.host_metrics.config",
  ]);
});

test("a path however deep has few readings", () => {
  expect(pathsByAllNames("receivers.hostmetrics.".repeat(1_000)).length).toBeLessThanOrEqual(9);
});

test("by whichever name a component is asked for, the same places are looked at", () => {
  fc.assert(
    fc.property(twoNames, fc.constantFrom("", "/x", "/x.y.z", "[0]"), (type, rest) => {
      const { section, names, one, other } = type;
      const paths = pathsByAllNames(`${section}.${one}${rest}`);
      expect(paths[0]).toBe(`${section}.${one}${rest}`);
      expect(new Set(paths)).toEqual(new Set(pathsByAllNames(`${section}.${other}${rest}`)));
      expect(new Set(paths)).toEqual(new Set(names.map((name) => `${section}.${name}${rest}`)));
    }),
  );
});

test("whatever a collector knows a component by is told, and a list that is cut makes up no name", () => {
  const list = fc.shuffledSubarray(["otlp", "nop", "file_storage", "zpages"]);
  fc.assert(
    fc.property(twoNames, list, fc.nat(60), ({ section, one, other }, types, length) => {
      const valid = [...types, other].join(" ");
      const hints = aliasHints(refusal(section, one, `${valid}])`));
      if (one === other) expect(hints.join()).not.toMatch(`as ${one}:`);
      else
        expect(hints).toEqual([
          `this collector knows ${section}/${one} as ${other}: write that name`,
        ]);
      const cut = aliasHints(refusal(section, one, valid.slice(0, length)));
      for (const [, name = ""] of cut.join().matchAll(/as (\w+): write/g)) {
        expect([...types, other]).toContain(name);
      }
    }),
    { numRuns: 500 },
  );
});

test("the beginning of a name at the end of a list that is cut is not taken for a name", () => {
  expect(aliasHints(refusal("exporters", "otlp_grpc", "nop otlp"))).toEqual([
    "collectors before 0.144 know exporters/otlp_grpc as otlp",
  ]);
});
