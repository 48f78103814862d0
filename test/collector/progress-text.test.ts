import { test, expect } from "vitest";
import type { ProgressEvent } from "../../src/collector/progress.ts";
import { type ProgressScreen, createProgressPrinter } from "../../src/collector/progress-text.ts";

function printed(screen: ProgressScreen, events: readonly ProgressEvent[]): string {
  let text = "";
  const printer = createProgressPrinter((more) => (text += more), screen);
  for (const event of events) printer.print(event);
  printer.end();
  return text;
}

const terminal = { terminal: true, columns: 100 };
const plain = { terminal: false, columns: 80 };

function downloading(doneBytes: number, elapsedMs: number, totalBytes?: number): ProgressEvent {
  const total = totalBytes === undefined ? {} : { totalBytes };
  return { stage: "downloading", message: "downloading x", doneBytes, elapsedMs, ...total };
}

function building(elapsedMs: number, message = "building"): ProgressEvent {
  return { stage: "building", message, elapsedMs };
}

const mb = 1_000_000;

test("a terminal has one line that is rewritten, with percent, size and speed", () => {
  const text = printed(terminal, [
    downloading(0, 0, 80 * mb),
    downloading(20 * mb, 2_000, 80 * mb),
  ]);
  expect(text).toBe(
    "\rdownloading x [....................] 0% 0.0/80.0 MB\u001b[K" +
      "\rdownloading x [#####...............] 25% 20.0/80.0 MB 10.0 MB/s\u001b[K\n",
  );
});

test("the speed does not count what an earlier attempt left behind", () => {
  const text = printed(terminal, [
    downloading(60 * mb, 0, 80 * mb),
    downloading(70 * mb, 10_000, 80 * mb),
  ]);
  expect(text).toContain("87% 70.0/80.0 MB 1.0 MB/s");
});

test("without a known total there is no bar", () => {
  expect(printed(terminal, [downloading(3 * mb, 1_000)])).toBe("\rdownloading x 3.0 MB\u001b[K\n");
});

test("a line on a terminal is never as long as the terminal is wide", () => {
  const text = printed({ terminal: true, columns: 20 }, [building(1_000, "x".repeat(50))]);
  expect(text).toBe(`\r${"x".repeat(19)}\u001b[K\n`);
});

test("a new stage on a terminal begins a new line", () => {
  const text = printed(terminal, [
    { stage: "skipping", message: "not the release" },
    building(0),
    building(61_000),
    { stage: "skipping", message: "not the build" },
  ]);
  expect(text).toBe(
    "not the release\n\rbuilding 0 s\u001b[K\rbuilding 1 min 1 s\u001b[K\nnot the build\n",
  );
});

test("elsewhere a quick download has a line per tenth and one for the end", () => {
  const events = Array.from({ length: 101 }, (_, at) => downloading(at * mb, at, 100 * mb));
  const lines = printed(plain, events).trimEnd().split("\n");
  expect(lines).toHaveLength(11);
  expect(lines[1]).toBe("downloading x: 10.0 MB of 100.0 MB (10%)");
  expect(lines.at(-1)).toBe("downloading x: 100.0 MB of 100.0 MB (100%)");
});

test("elsewhere a slow download has a line each 15 seconds", () => {
  const events = Array.from({ length: 61 }, (_, at) => downloading(at, at * 1_000, 100 * mb));
  expect(printed(plain, events).trimEnd().split("\n")).toHaveLength(5);
});

test("elsewhere a build has a line each 30 seconds and one per step", () => {
  const events = Array.from({ length: 91 }, (_, at) => building(at * 1_000));
  const text = printed(plain, [...events, building(91_000, "building: compiling")]);
  expect(text).toBe(
    "building\nbuilding (30 s)\nbuilding (1 min 0 s)\nbuilding (1 min 30 s)\n" +
      "building: compiling (1 min 31 s)\n",
  );
});

test("elsewhere nothing is rewritten in place and the same news is told once", () => {
  const event: ProgressEvent = { stage: "verifying", message: "verifying" };
  expect(printed(plain, [event, event])).toBe("verifying\n");
});
