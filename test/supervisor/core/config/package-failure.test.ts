import { expect, test } from "vitest";
import {
  packageFailed,
  sameVersion,
} from "../../../../src/supervisor/core/config/package-failure.ts";
import type { PackageFailure } from "../../../../src/supervisor/core/state/packages.ts";
import { initialState } from "../../../../src/supervisor/core/state/state.ts";
import { uid } from "../../../helpers/core/core-samples.ts";

function failed(word: string): Omit<PackageFailure, "times"> {
  const of = { name: "", version: word, hash: word, contentHash: word };
  return { ...of, why: "x", until: Infinity, ran: true, again: "offer" };
}

test("a version that fails again is counted, another one is another failure", () => {
  let state = packageFailed(initialState(uid), failed("one"));
  state = packageFailed(state, failed("two"));
  state = packageFailed(state, { ...failed("one"), why: "y" });
  expect(state.packages.failures).toEqual([
    { ...failed("two"), times: 1 },
    { ...failed("one"), why: "y", times: 2 },
  ]);
});

test("the last twenty are remembered", () => {
  let state = initialState(uid);
  for (let count = 0; count < 25; count += 1) state = packageFailed(state, failed(`v${count}`));
  expect(state.packages.failures).toHaveLength(20);
  expect(state.packages.failures[0]?.version).toBe("v5");
});

test("a version is one name, one mark and one content", () => {
  const one = failed("one");
  expect(sameVersion(one, failed("one"))).toBe(true);
  expect(sameVersion(one, { ...one, contentHash: "two" })).toBe(false);
  expect(sameVersion(one, { ...one, name: "two" })).toBe(false);
});
