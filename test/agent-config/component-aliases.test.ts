import { test, expect } from "vitest";
import { isSameType, newestName, renamingsOf } from "../../src/agent-config/component-aliases.ts";

test("a type that was renamed has one newest name, whichever of its names is asked for", () => {
  expect(newestName("receivers", "hostmetrics")).toBe("host_metrics");
  expect(newestName("receivers", "host_metrics")).toBe("host_metrics");
  expect(newestName("exporters", "otlp")).toBe("otlp_grpc");
});

test("a type that has kept its name, or that nobody knows, is its own newest name", () => {
  expect(newestName("receivers", "otlp")).toBe("otlp");
  expect(newestName("processors", "mine")).toBe("mine");
  expect(newestName("elsewhere", "hostmetrics")).toBe("hostmetrics");
  expect(renamingsOf("processors", "batch")).toEqual([]);
});

test("a type that was renamed twice is one with all its names", () => {
  const names = ["ciscoosreceiver", "ciscoos", "cisco_os"];
  for (const name of names) expect(newestName("receivers", name)).toBe("cisco_os");
  expect(renamingsOf("receivers", "cisco_os").map(({ since }) => since)).toEqual([
    "0.140",
    "0.148",
  ]);
});

test("it tells since when there is a name, and whether the former one still works", () => {
  expect(renamingsOf("receivers", "host_metrics")).toEqual([
    { former: "hostmetrics", current: "host_metrics", since: "0.151", alias: true },
  ]);
  expect(renamingsOf("processors", "dynamic_sampling")).toEqual([
    { former: "dynamic_sampling", current: "adaptive_tail_sampling", since: "0.160", alias: false },
  ]);
});

test("names are the same within their section only", () => {
  expect(isSameType("receivers", "icmpcheckreceiver", "icmp_check")).toBe(true);
  expect(isSameType("exporters", "otlp", "otlp_grpc")).toBe(true);
  expect(isSameType("receivers", "otlp", "otlp_grpc")).toBe(false);
  expect(isSameType("receivers", "hostmetrics", "httpcheck")).toBe(false);
});
