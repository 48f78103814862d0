import { expect, test } from "vitest";
import { holdLogs } from "../../../src/dev-server/logs/held-logs.ts";
import type { SentLine } from "../../../src/dev-server/logs/sent-lines.ts";

function line(text: string, at?: number): SentLine {
  return { at, severity: "info", text, fields: {}, from: "otelcol" };
}

function textsOf(lines: readonly { readonly text: string }[]): readonly string[] {
  return lines.map(({ text }) => text);
}

test("lines have numbers, and their time is when they came where they do not say", () => {
  const logs = holdLogs();
  logs.add("a", [line("one", 5), line("two")], 7);
  expect(logs.after("a", 0)).toMatchObject([
    { seq: 1, at: 5, text: "one" },
    { seq: 2, at: 7, text: "two" },
  ]);
  expect(textsOf(logs.after("a", 1))).toEqual(["two"]);
  expect(logs.after("a", 2)).toEqual([]);
  expect(logs.after("b", 0)).toEqual([]);
});

test("a number from before a restart of the server says nothing", () => {
  const logs = holdLogs();
  logs.add("a", [line("one")], 0);
  expect(textsOf(logs.after("a", 99))).toEqual(["one"]);
});

test("only the newest lines of an agent are kept, and it is known how many are not", () => {
  const logs = holdLogs();
  for (let part = 0; part < 3; part += 1) {
    const lines = Array.from({ length: 200 }, (_, index) => line(String(part * 200 + index)));
    logs.add("a", lines, 0);
  }
  const kept = logs.after("a", 0);
  expect([kept.length, kept[0]?.text, kept.at(-1)?.seq]).toEqual([500, "100", 600]);
  expect(logs.dropped("a")).toBe(100);
});

test("long lines of one agent push out its own, and what is kept in all is limited", () => {
  const logs = holdLogs({ linesEach: 10, charsEach: 3_000, charsInAll: 5_000 });
  const long = line("x".repeat(1_000));
  logs.add("a", [long, long, long], 0);
  expect(logs.after("a", 0)).toHaveLength(2);
  logs.add("b", [long, long], 0);
  logs.add("c", [long], 0);
  // The one that has been silent for longest has made room.
  expect(["a", "b", "c"].map((uid) => logs.after(uid, 0).length)).toEqual([1, 2, 1]);
  logs.add("a", [line("again")], 0);
  expect(logs.after("a", 0).at(-1)?.seq).toBe(4);
});

test("what is forgotten makes room", () => {
  const logs = holdLogs({ linesEach: 10, charsEach: 3_000, charsInAll: 3_000 });
  const long = line("x".repeat(1_000));
  logs.add("a", [long, long], 0);
  logs.forget("a");
  logs.forget("never there");
  logs.add("b", [long, long], 0);
  expect([logs.after("a", 0).length, logs.after("b", 0).length]).toEqual([0, 2]);
});

test("ten thousand agents hold no more than the limit in all", () => {
  const logs = holdLogs();
  const lines = Array.from({ length: 20 }, () => line("x".repeat(300)));
  const uids = Array.from({ length: 10_000 }, (_, index) => String(index));
  for (const uid of uids) logs.add(uid, lines, 0);
  const kept = uids.reduce((sum, uid) => sum + logs.after(uid, 0).length, 0);
  expect(kept).toBeLessThan(32_000_000 / 500);
  expect(logs.after("9999", 0)).toHaveLength(20);
});
