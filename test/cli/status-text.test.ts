import { expect, test } from "vitest";
import { paintFor, spanText, wrapped } from "../../src/cli/screen-text.ts";
import { statusText } from "../../src/cli/status/status-text.ts";
import { quarantinedWorld, runningWorld } from "../helpers/core/running-world.ts";
import { statusOf } from "../helpers/core/status.ts";

const plain = { columns: 80, paint: paintFor(false, new Map()) };
const none = new Map<string, string>();

test("the screen fits, however long what it tells is", () => {
  const world = quarantinedWorld();
  const why = `the server answered ${"x".repeat(500)} and ${"many words ".repeat(50)}`;
  world.post({ on: "server-lost", why, endpoint: "wss://host/v1", retryInMs: 5_000 });
  for (const columns of [40, 80, 120]) {
    const text = statusText(statusOf(world), { ...plain, columns });
    expect(text.split("\n").filter((line) => line.length > columns)).toEqual([]);
  }
  const text = statusText(statusOf(world), plain);
  expect(text.replace(/\s+/g, "")).toContain("x".repeat(500));
  expect(text).toMatch(/^Healthy {2}otelcol 0.149.0\n/);
  expect(text).toContain("next try in 5 s");
  expect(text).toContain("the agent exited with code");
  expect(text).toContain("explain --refused");
});

test("what others wrote cannot act on the terminal", () => {
  const world = runningWorld();
  world.post({ on: "server-lost", why: "\u001b[2J\u009b1m\u0007 gone\r" });
  expect(statusText(statusOf(world), plain)).not.toMatch(/[\u0007\u001b\u009b\r]/);
});

test("there are colours on a terminal, unless its user wants none", () => {
  const answer = statusOf(runningWorld());
  const shown = (terminal: boolean, environment = none): string =>
    statusText(answer, { columns: 80, paint: paintFor(terminal, environment) });
  expect(shown(true)).toContain("\u001b[32m");
  expect(shown(false)).not.toContain("\u001b");
  expect(shown(true, new Map([["NO_COLOR", "1"]]))).toBe(shown(false));
  expect(shown(true, new Map([["NO_COLOR", ""]]))).toBe(shown(true));
});

test("lengths of time are told as people say them", () => {
  expect([0, 59.6, 61, 3_600, 7_260, 200_000].map(spanText)).toEqual([
    ...["0 s", "1 min", "1 min", "1 h 0 min", "2 h 1 min", "2 d 7 h"],
  ]);
});

test("a word that is longer than a line is broken", () => {
  expect(wrapped("ab cd", 80)).toEqual(["ab cd"]);
  expect(wrapped(`a ${"b".repeat(25)}`, 10)).toEqual([
    "a",
    "b".repeat(10),
    "b".repeat(10),
    "bbbbb",
  ]);
  expect(wrapped("", 10)).toEqual([""]);
});
