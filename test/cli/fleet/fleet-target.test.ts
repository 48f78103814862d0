import { expect, test } from "vitest";
import { paceOf, targetOf } from "../../../src/cli/fleet/fleet-target.ts";

const uid = "84502074-21d4-5157-8393-6ddf3fac8a8f";

test.each([
  ["all", { all: true }],
  [uid.toUpperCase(), { uids: [uid] }],
  [`${uid}, ${uid}`, { uids: [uid, uid] }],
  ["group: edge nodes", { group: "edge nodes" }],
  ["is:failing version<0.158", { query: "is:failing version<0.158" }],
  ["all of them", { query: "all of them" }],
  [uid.slice(1), { query: uid.slice(1) }],
])("--to %j", (text, expected) => {
  expect(targetOf(text)).toEqual(expected);
});

test("nothing is no target", () => {
  expect(targetOf(" ")).toContain("expected --to");
});

test("agents by name get it at once, others as the console does it, unless something is typed", () => {
  const uids = { uids: [uid] };
  const failures = "0";
  const none = { failuresAllowed: 0 };
  expect(paceOf(uids, { failures })).toEqual({ ...none, stages: [100], settleSeconds: 0 });
  expect(paceOf({ all: true }, { failures })).toEqual(none);
  expect(paceOf({ all: true }, { failures: "3", stages: "10%, 50,100", settle: "5" })).toEqual({
    failuresAllowed: 3,
    stages: [10, 50, 100],
    settleSeconds: 5,
  });
});

test.each([
  [{ stages: "10,50" }, "--stages"],
  [{ stages: "50,10,100" }, "--stages"],
  [{ stages: "0,100" }, "--stages"],
  [{ stages: "" }, "--stages"],
  [{ stages: "half,100" }, "--stages"],
  [{ settle: "-1" }, "--settle"],
  [{ settle: "100000" }, "--settle"],
  [{ failures: "few" }, "--failures"],
])("%j is refused", (wish, option) => {
  expect(paceOf({ all: true }, { failures: "0", ...wish })).toContain(`expected ${option}`);
});
