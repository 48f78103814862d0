import { test, expect } from "vitest";
import {
  exitText,
  fullExitText,
  withHints,
} from "../../../../src/supervisor/core/agent/exit-text.ts";

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

test("nobody has last words at SIGKILL: what the agent said before is no reason", () => {
  const killed = { ...exit, signal: "SIGKILL", lastLines: ["Exporting failed: refused"] };
  expect(exitText(killed)).toBe("the agent ended by SIGKILL");
  expect(fullExitText(killed)).toBe("the agent ended by SIGKILL");
});

test("a text for reports leaves out what changes, the log has it", () => {
  const ended = { ...exit, code: 2, lastLines: ["2026-01-02T03:04:05.678Z it ended"] };
  expect(exitText(ended)).toBe("the agent exited with code 2: it ended");
  expect(fullExitText(ended)).toContain("2026-01-02T03:04:05.678Z it ended");
});

test("who holds a port is told with the number that a person needs", () => {
  const lastLines = [
    "Error: bind: address already in use",
    "port 4317 is held by process 812 (otelcol)",
  ];
  expect(exitText({ ...exit, code: 1, lastLines })).toContain("process 812 (otelcol)");
});

test("words that repeat are told once", () => {
  const lastLines = Array<string>(5).fill("Exporting failed: refused");
  expect(exitText({ ...exit, code: 1, lastLines })).toBe(
    "the agent exited with code 1: Exporting failed: refused",
  );
});

test.each([
  [
    "an error",
    ["Error: cannot start", ...Array<string>(11).fill("x".repeat(300))],
    "Error: cannot start",
  ],
  [
    "a panic",
    ["panic: nil", ...Array.from({ length: 11 }, (_, i) => `${i} ${"y".repeat(90)}`)],
    "panic: nil",
  ],
  ["records", Array.from({ length: 5 }, (_, i) => `failure ${i} ${"z".repeat(200)}`), "failure 4"],
])(
  "of %s some 400 characters are told, and the hint to it; the log has all",
  (_what, lines, kept) => {
    const lastLines = [...lines, "bind: address already in use"];
    const ended = { ...exit, code: 1, lastLines };
    const text = exitText(ended);
    expect(text.length).toBeLessThanOrEqual(560);
    expect(text).toContain(kept);
    expect(text).toContain("another process listens on that address");
    expect(fullExitText(ended)).toContain(lines.at(-1));
  },
);

test("a line that is too long by itself is cut", () => {
  const text = exitText({ ...exit, code: 1, lastLines: ["w".repeat(3_000)] });
  expect(text).toMatch(/^the agent exited with code 1: w{399}…$/);
});

test("where the operator wants the end of the log itself, all of it is told as it stands", () => {
  const lastLines = ["2026-01-02T03:04:05Z one", "x".repeat(3_000)];
  const text = exitText({ ...exit, code: 1, lastLines, verbatim: true });
  expect(text).toBe(`the agent exited with code 1: ${lastLines.join("\n")}`);
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
