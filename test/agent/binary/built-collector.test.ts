import { expect, test } from "vitest";
import { builtCollector } from "../../../src/agent/binary/built-collector.ts";
import { parseBuildInfo } from "../../../src/agent/binary/build-info.ts";

const core = "go.opentelemetry.io/collector";

function built(...lines: readonly string[]): ReturnType<typeof builtCollector> {
  const info = parseBuildInfo("go1.26", lines.map((line) => line.replaceAll(" ", "\t")).join("\n"));
  return builtCollector(info, "/opt/mine/otelcol-mine");
}

const library = `dep ${core}/otelcol v0.149.0`;
const aws = "mod github.com/aws-observability/aws-otel-collector";

test.each([
  [[`${aws} v0.47.0`, library], "aws-otel-collector", "v0.47.0"],
  [[`${aws} (devel)`, library], "aws-otel-collector", ""],
  [["mod example.com/mine/v2 v2.1.0", library], "mine", "v2.1.0"],
  // The builder gives every program the same module.
  [[`mod ${core}/cmd/builder (devel)`, library], "otelcol-mine", "0.149.0"],
  [[library], "otelcol-mine", "0.149.0"],
])("%j is %s %j", (lines, name, version) => {
  expect(built(...lines)).toMatchObject({ name, version });
});

test("the version that was written into it at the build is its own", () => {
  const flags =
    "-s -X github.com/aws-observability/aws-otel-collector/tools/version.Version=v0.43.3";
  const info = parseBuildInfo(
    "go1.26",
    [
      `${aws.replaceAll(" ", "\t")}\t(devel)`,
      library.replaceAll(" ", "\t"),
      `build\t-ldflags="${flags}"`,
    ].join("\n"),
  );
  expect(builtCollector(info, "/x")).toMatchObject({ version: "v0.43.3" });
});

test("a program that uses a part of the library is no collector", () => {
  expect(built("mod example.com/x v1.0.0", `dep ${core}/pdata v1.55.0`)).toBeUndefined();
  expect(built("mod example.com/x v1.0.0", `dep ${core} v0.60.0`)).toBeUndefined();
  expect(builtCollector(undefined, "/x")).toBeUndefined();
});

test("a collector from the time when the library was one module is one", () => {
  const parts = [
    `dep ${core}/receiver/otlpreceiver v0.60.0`,
    `dep ${core}/exporter/otlpexporter v0.60.0`,
  ];
  expect(built("mod example.com/x v1.0.0", `dep ${core} v0.60.0`, ...parts)).toMatchObject({
    name: "x",
    version: "v1.0.0",
  });
});
