import { expect, test } from "vitest";
import { fleetTrouble, gotOn, judgeRollout } from "../../../../src/supervisor/core/fleet/judge.ts";
import { fleetView, podOf } from "../../../helpers/core/fleet-view.ts";

const crashed = podOf("a", {
  ...{ ready: false, failed: true, trouble: "the collector ended with exit code 1" },
  lastLines: ["cannot bind :4317"],
});

test.each([
  ["all pods have it and are available", {}, 0, "complete"],
  ["the controller has not seen the template", { observed: false }, 0, "under-way"],
  ["pods of the former template are there yet", { total: 4 }, 0, "under-way"],
  ["not all pods have it", { updated: 2 }, 0, "under-way"],
  ["one is not available", { available: 2 }, 0, "under-way"],
  ["one was missing before", { available: 2 }, 1, "complete"],
  ["all were missing before, and one still is", { available: 2 }, 3, "under-way"],
  ["a collector ends", { available: 2, pods: [crashed] }, 0, "failed"],
  ["one ends, as one did before", { available: 2, updated: 2, pods: [crashed] }, 1, "under-way"],
  [
    "a collector of the former configuration ends",
    { updated: 2, pods: [{ ...crashed, hash: "zero" }] },
    0,
    "under-way",
  ],
  ["Kubernetes gives up", { available: 2, stuck: "deadline" }, 0, "failed"],
  ["there are no pods", { wanted: 0, updated: 0, total: 0, available: 0 }, 0, "under-way"],
] as const)("a rollout where %s", (_, changes, lacked, is) => {
  expect(judgeRollout(fleetView(changes), "one", lacked).is).toBe(is);
});

test("a failure names the pod, how it ended and its last words", () => {
  const verdict = judgeRollout(fleetView({ updated: 1, available: 2, pods: [crashed] }), "one", 0);
  expect(verdict).toEqual({
    is: "failed",
    why: "1 of 3 pods have it, 2 are available; pod a: the collector ended with exit code 1\ncannot bind :4317",
  });
});

test("of many pods that end two are told and the rest is counted", () => {
  const pods = ["a", "b", "c", "d"].map((name) => ({ ...crashed, name }));
  const verdict = judgeRollout(fleetView({ pods }), "one", 0);
  expect(verdict.is === "failed" && verdict.why.split("pod ").length).toBe(3);
  expect(verdict.is === "failed" && verdict.why).toContain("and 2 more");
});

test("a fleet is well while no more pods are missing than a rollout may take away, and one at least is there", () => {
  expect(fleetTrouble(fleetView({ available: 2 }))).toBeUndefined();
  expect(fleetTrouble(fleetView({ available: 1 }))).toContain("1 of 3 pods");
  expect(fleetTrouble(fleetView({ wanted: 1, available: 0 }))).toContain("0 of 1");
  expect(fleetTrouble(fleetView({ wanted: 0 }))).toContain("no pods");
});

test("a rollout gets on when a pod has it, is available, or is gone", () => {
  const before = fleetView({ updated: 1, available: 2, total: 4 });
  expect(gotOn(before, before)).toBe(false);
  expect(gotOn(before, { ...before, updated: 2 })).toBe(true);
  expect(gotOn(before, { ...before, available: 3 })).toBe(true);
  expect(gotOn(before, { ...before, total: 3 })).toBe(true);
  expect(gotOn(before, { ...before, available: 1 })).toBe(false);
});
