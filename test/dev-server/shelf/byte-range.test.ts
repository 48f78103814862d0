import fc from "fast-check";
import { expect, test } from "vitest";
import { rangeOf } from "../../../src/dev-server/shelf/byte-range.ts";

const etag = '"a"';

test.each([
  [undefined, { is: "whole" }],
  ["bytes=0-0", { is: "part", start: 0, end: 1 }],
  ["bytes=5-", { is: "part", start: 5, end: 10 }],
  ["bytes=-3", { is: "part", start: 7, end: 10 }],
  ["bytes=-99", { is: "part", start: 0, end: 10 }],
  ["bytes=2-99999999999999999999999999", { is: "part", start: 2, end: 10 }],
  ["BYTES = 2 - 3", { is: "part", start: 2, end: 4 }],
  ["bytes=10-", { is: "outside" }],
  ["bytes=-0", { is: "outside" }],
  ["bytes=99999999999999999999999999-", { is: "outside" }],
  ["bytes=5-2", { is: "whole" }],
  ["bytes=99999999999999999999-99999999999999999998", { is: "whole" }],
  ["bytes=0-1,4-5", { is: "whole" }],
  ["lines=0-1", { is: "whole" }],
  ["bytes=", { is: "whole" }],
  ["bytes=-", { is: "whole" }],
])("of ten bytes %j is %j", (range, expected) => {
  expect(rangeOf(range, undefined, etag, 10)).toEqual(expected);
});

test("another tag, a weak one or a date in If-Range leads to the whole", () => {
  expect(rangeOf("bytes=2-", etag, etag, 10).is).toBe("part");
  for (const other of ['"b"', 'W/"a"', "Thu, 26 Nov 2026 00:00:00 GMT"]) {
    expect(rangeOf("bytes=2-", other, etag, 10)).toEqual({ is: "whole" });
  }
});

test("a part lies within the file, whatever is asked for", () => {
  const header = fc.oneof(
    fc.string(),
    fc.tuple(fc.bigInt({ min: 0n }), fc.bigInt({ min: 0n })).map(([a, b]) => `bytes=${a}-${b}`),
    fc.tuple(fc.nat(30), fc.nat(30)).map(([a, b]) => `bytes=${a}-${b}`),
    fc.nat(30).map((length) => `bytes=-${length}`),
  );
  fc.assert(
    fc.property(header, fc.integer({ min: 1, max: 20 }), (range, bytes) => {
      const found = rangeOf(range, undefined, etag, bytes);
      if (found.is !== "part") return;
      expect(found.start).toBeGreaterThanOrEqual(0);
      expect(found.end).toBeGreaterThan(found.start);
      expect(found.end).toBeLessThanOrEqual(bytes);
    }),
  );
});
