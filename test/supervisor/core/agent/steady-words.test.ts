import { expect, test } from "vitest";
import { steadyWords } from "../../../../src/supervisor/core/agent/steady-words.ts";

const ofTwoRuns = [
  [
    "2026-01-02T03:04:05.678Z it ended",
    "2026/01/02 03:04:05 http: panic serving 10.0.0.7:43210: runtime error",
    "read tcp 127.0.0.1:54321->127.0.0.1:4317: connection reset by peer",
    "trace 4bf92f3577b34da6a3ce929d0e0e4736, id 2738b56c-633c-4a63-8103-bb864a862801",
    "goroutine 17 [running]: main.f(0xc000123456) +0x1b5, pid 4711",
  ],
  [
    "2026-11-12T13:14:15.1+01:00 it ended",
    "2026/11/12 13:14:15.000123 http: panic serving 10.0.0.7:51234: runtime error",
    "read tcp 127.0.0.1:40000->127.0.0.1:4317: connection reset by peer",
    "trace 0af7651916cd43dd8448eb211c80319c, id 01900000-0000-7000-8000-000000000001",
    "goroutine 4 [running]: main.f(0xc000ffff00) +0x1b5, pid 812",
  ],
] as const;

test("the same end twice is the same text, without the times and ids that differ", () => {
  const [first, second] = ofTwoRuns.map(steadyWords);
  expect(first).toBe(second);
  expect(first).toBe(
    [
      "it ended",
      "http: panic serving 10.0.0.7:…: runtime error",
      "read tcp 127.0.0.1:…->127.0.0.1:4317: connection reset by peer",
      "trace …, id …",
      "goroutine … [running]: main.f(0x…) +0x…, pid …",
    ].join("\n"),
  );
});

test("numbers that mean something stay", () => {
  const line = "listen tcp 127.0.0.1:4317: 1048576 bytes of 4194304, deadbeef, graph/graph.go:439";
  expect(steadyWords([line])).toBe(line);
});

test("the newest whole lines are told, of an error its beginning", () => {
  const lines = Array.from({ length: 5 }, (_, index) => `${index} ${"x".repeat(150)}`);
  expect(steadyWords(lines)).toBe(lines.slice(3).join("\n"));
  expect(steadyWords(["Error: a", ...lines])).toMatch(/^Error: a\n0 x+\n1 x+\n2 x+…$/);
});
