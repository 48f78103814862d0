import { expect, test } from "vitest";
import { type Rules, restricts } from "../../src/policy/policy.ts";

const none: Rules = { limits: {}, ownHealthChecks: [], ownReaders: [], ownFiles: ["/etc/x.yaml"] };

test("rules restrict where a list is written, and nothing but our own files where none is", () => {
  expect(restricts(none)).toBe(false);
  expect(
    restricts({ ...none, limits: { components: { allow: undefined, deny: ["exporters/*"] } } }),
  ).toBe(true);
  expect(restricts({ ...none, notPlaces: ["exporters.file"] })).toBe(true);
});
