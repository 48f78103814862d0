import { expect, test } from "vitest";
import type { Part } from "../../src/policy/parts.ts";
import { isHarmless, isHarmlessTelemetry, isMeasure, isPure } from "../../src/policy/rule-book.ts";

function partOf(section: Part["section"], type: string): Part {
  return { section, type, place: [section, type], leaves: [], own: false };
}

const harmless = (part: Part, ...keys: readonly string[]): boolean =>
  isHarmless(part, [...part.place, ...keys]);

test("what transforms data reaches nothing, what has files or addresses is not among it", () => {
  for (const type of ["batch", "transform", "filter", "resource", "memorylimiter"]) {
    expect(isPure(partOf("processors", type)), type).toBe(true);
  }
  for (const type of ["geoip", "remotetap", "logstransform", "schema", "batches"]) {
    expect(isPure(partOf("processors", type)), type).toBe(false);
  }
  expect(isPure(partOf("exporters", "file"))).toBe(false);
});

test("settings are known by component; headers and secrets everywhere", () => {
  const emf = partOf("exporters", "awsemf");
  expect(harmless(emf, "metric_declarations", "[0]", "dimensions", "[1]")).toBe(true);
  expect(harmless(emf, "region")).toBe(false);
  const thing = partOf("exporters", "thing");
  expect(harmless(thing, "log_group_name")).toBe(false);
  expect(harmless(thing, "headers", "X-Any")).toBe(true);
  expect(harmless(thing, "auth", "token")).toBe(true);
  expect(harmless(thing, "token_server")).toBe(false);
});

test("operators of log receivers are known by their keys, not those that name files", () => {
  const filelog = partOf("receivers", "filelog");
  expect(harmless(filelog, "operators", "[0]", "timestamp", "layout")).toBe(true);
  expect(harmless(filelog, "operators", "[0]", "path")).toBe(false);
});

test("a receiver that another starts has its settings one level deeper", () => {
  const part: Part = {
    ...partOf("receivers", "filelog"),
    place: ["receivers", "receiver_creator", "receivers", "filelog"],
  };
  expect(harmless(part, "rule")).toBe(true);
  expect(harmless(part, "config", "operators", "[0]", "regex")).toBe(true);
  expect(harmless(part, "config", "what")).toBe(false);
});

test("measures are known by the end of their names", () => {
  for (const key of ["timeout", "queue_size", "max_retries", "limit_mib"]) {
    expect(isMeasure(key), key).toBe(true);
  }
  for (const key of ["where", "size_server"]) expect(isMeasure(key), key).toBe(false);
});

test("of the agent's own telemetry what it says of itself is known", () => {
  const telemetry = ["service", "telemetry"];
  expect(isHarmlessTelemetry([...telemetry, "resource", "service.name"])).toBe(true);
  expect(isHarmlessTelemetry([...telemetry, "logs", "output_paths", "[0]"])).toBe(false);
});
