import { expect, test } from "vitest";
import { componentsOf } from "../../../src/agent/binary/component-types.ts";

const core = "go.opentelemetry.io/collector";
const contrib = "github.com/open-telemetry/opentelemetry-collector-contrib";

function typesIn(...paths: readonly string[]): readonly string[] {
  const components = componentsOf(paths.map((path) => ({ path, version: "v1" })));
  return components.flatMap(([kind, types]) => types.map(([type]) => `${kind} ${type}`));
}

test.each([
  [`${core}/receiver/nopreceiver`, "receivers nop"],
  [`${core}/exporter/otlphttpexporter`, "exporters otlphttp"],
  [`${core}/processor/memorylimiterprocessor`, "processors memory_limiter"],
  [`${contrib}/receiver/hostmetricsreceiver`, "receivers hostmetrics"],
  [`${contrib}/receiver/awscontainerinsightreceiver`, "receivers awscontainerinsightreceiver"],
  [`${contrib}/extension/healthcheckextension`, "extensions health_check"],
  [`${contrib}/extension/healthcheckv2extension`, "extensions healthcheckv2"],
  [`${contrib}/extension/opampextension`, "extensions opamp"],
  [`${contrib}/extension/storage/filestorage`, "extensions file_storage"],
  [`${contrib}/connector/spanmetricsconnector`, "connectors spanmetrics"],
  ["example.com/mine/exporter/mineexporter/v2", "exporters mine"],
])("the module %s stands for %s", (path, type) => {
  expect(typesIn(path)).toEqual([type]);
});

test.each([
  `${core}/receiver`,
  `${core}/receiver/xreceiver`,
  `${core}/receiver/receivertest`,
  `${core}/exporter/exporterhelper`,
  `${core}/exporter/exporterhelper/xexporterhelper`,
  `${core}/extension/extensionauth`,
  `${core}/extension/xextension`,
  `${contrib}/extension/opampcustommessages`,
  `${contrib}/extension/observer`,
  `${contrib}/internal/common`,
  "github.com/some/receiver",
])("the module %s is no component", (path) => {
  expect(typesIn(path)).toEqual([]);
});

test("what was taken in a module's place is what is told, in the order of the types", () => {
  const modules = [
    { path: `${core}/receiver/otlpreceiver`, version: "v1" },
    {
      path: `${core}/receiver/nopreceiver`,
      version: "v1",
      replacedBy: { path: "example.com/fork/nopreceiver", version: "v2" },
    },
  ];
  expect(componentsOf(modules)[0]).toEqual([
    "receivers",
    [
      ["nop", "example.com/fork/nopreceiver v2"],
      ["otlp", `${core}/receiver/otlpreceiver v1`],
    ],
  ]);
});
