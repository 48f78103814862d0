import { test, expect } from "vitest";
import { exitText, withHints } from "../../../../src/supervisor/core/agent/exit-text.ts";

const exit = {
  code: undefined,
  signal: undefined,
  outOfMemory: false,
  spawnError: undefined,
  lastLines: [],
};

test.each([
  [{ ...exit, code: 1 }, "the agent exited with code 1"],
  [{ ...exit, code: 0 }, "the agent exited with code 0"],
  [{ ...exit, signal: "SIGKILL" }, "the agent ended by SIGKILL"],
  [{ ...exit, code: 1, lastLines: ["Error: a", "b"] }, "the agent exited with code 1: Error: a\nb"],
  [{ ...exit, spawnError: "spawn x ENOENT" }, "the agent could not be started: spawn x ENOENT"],
  [
    { ...exit, signal: "SIGKILL", outOfMemory: true, lastLines: ["Error: a"] },
    "the agent was killed for want of memory (give it more, or add a memory_limiter to its pipelines with a limit below that of its control group)",
  ],
])("an end is told in one sentence: %j", (end, expected) => {
  expect(exitText(end)).toBe(expected);
});

test("a key that newer collectors refuse is answered with the one that replaces it", () => {
  const words = "'service.telemetry.metrics' decoding failed:\n'' has invalid keys: address";
  expect(withHints(words)).toContain("service.telemetry.metrics.readers");
});

test("a taken port is answered with what to do", () => {
  expect(withHints("listen tcp :4317: bind: address already in use")).toContain("another process");
});

test("a type that was renamed is answered with the name that this collector knows", () => {
  const words = `'receivers' unknown type: "host_metrics" for id: "host_metrics" (valid values: [hostmetrics])`;
  expect(withHints(words)).toBe(
    `${words} (this collector knows receivers/host_metrics as hostmetrics: write that name)`,
  );
});

test("other words are left as they are", () => {
  expect(withHints("unknown type")).toBe("unknown type");
});
