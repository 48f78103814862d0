import { expect, test } from "vitest";
import { newContender } from "../../../src/supervisor/core/lease/contend.ts";
import { leaseTerms } from "../../../src/supervisor/core/lease/lease-terms.ts";
import { standByAnswer } from "../../../src/supervisor/lease/stand-by-answers.ts";

const fresh = newContender("me", leaseTerms(30_000), 0);
const lease = {
  version: "1",
  holder: "other",
  mark: "",
  durationMs: 1,
  transitions: 0,
  tenure: "",
};
const watching = { ...fresh, seen: { lease, since: 0 } };

test.each(["/health", "/readyz"])("%s: ready is who sees that somebody else leads", (path) => {
  expect(standByAnswer(path, fresh)).toMatchObject({ status: 503 });
  expect(standByAnswer(path, watching)).toEqual({
    ...{ status: 200, text: "the supervisor stands by: the lease is held by other" },
  });
  expect(standByAnswer(path, { ...watching, trouble: "may not" })).toEqual({
    ...{ status: 503, text: "the supervisor stands by, and cannot see the lease: may not" },
  });
});

test("it lives whatever becomes of the lease, and has no other paths", () => {
  expect(standByAnswer("/livez", { ...fresh, trouble: "away" })).toMatchObject({ status: 200 });
  expect(standByAnswer("/", fresh)).toBeUndefined();
});
