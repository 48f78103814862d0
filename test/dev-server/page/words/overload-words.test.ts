import { expect, test } from "vitest";
import { overloadText } from "../../../../src/dev-server/page/words/overload-words.ts";
import { dateTimeOf } from "../../../../src/dev-server/page/words/times.ts";

const since = Date.UTC(2026, 4, 1, 12);
const until = since + 300_000;

test("says what agents are told, since when and until when", () => {
  expect(overloadText({ on: true, retryAfterSeconds: 90, since, until })).toBe(
    `The server tells each of them that it has too much to do, and to come back after 1 min: on since ${dateTimeOf(since)}, until ${dateTimeOf(until)}.`,
  );
});

test("says that nobody has named a time", () => {
  expect(overloadText({ on: true, since })).toBe(
    `The server tells each of them that it has too much to do, and not when to come back: on since ${dateTimeOf(since)}, until somebody switches it off.`,
  );
});
