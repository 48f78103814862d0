import { expect, test } from "vitest";
import { aliasHints, pathsByAllNames } from "../../src/agent-config/alias-hints.ts";

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
