import { expect, test } from "vitest";
import {
  failureOfPackage,
  fetchableAt,
  isBeingTried,
  isInstalled,
  isUnderWay,
  missingPackages,
  nextToFetch,
  versionOf,
} from "../../../../src/supervisor/core/packages/wanted.ts";
import { packagedBinary } from "../../../../src/supervisor/core/state/packages.ts";
import {
  initialState,
  type State,
  withPackages,
} from "../../../../src/supervisor/core/state/state.ts";
import { uid } from "../../../helpers/core/core-samples.ts";
import {
  hashOf,
  installedPackage,
  offeredPackage,
  packageOffer,
} from "../../../helpers/core/packages.ts";

const two = offeredPackage("2.0.0");
const addon = offeredPackage("9", { name: "rules", kind: "addon" });
const offered: State = withPackages(initialState(uid), { offer: packageOffer("2.0.0", [addon]) });
const binary = packagedBinary(installedPackage(two), undefined);

function withFailure(changes: object = {}): State {
  const failure = { ...versionOf(two), version: "2.0.0", why: "x", until: 50, times: 1 };
  return withPackages(offered, {
    failures: [{ ...failure, ran: false, again: "wait", ...changes }],
  });
}

test("what is offered is missing until it is there or on its way", () => {
  expect(missingPackages(initialState(uid))).toEqual([]);
  expect(missingPackages(offered)).toEqual([two, addon]);
  const tried = withPackages(offered, { trying: binary });
  expect(isBeingTried(tried, two)).toBe(true);
  expect(missingPackages(tried)).toEqual([addon]);
  const there = withPackages(offered, { accepted: binary, installed: [installedPackage(addon)] });
  expect(isInstalled(there, two)).toBe(true);
  expect(isInstalled(there, offeredPackage("2.0.0", { hash: "aa" }))).toBe(false);
  expect(missingPackages(there)).toEqual([]);
  const progress = { phase: "downloading", percent: 0, bytesPerSecond: 0 } as const;
  const fetching = withPackages(offered, { underWay: { offered: { ...two }, progress } });
  expect(isUnderWay(fetching.packages.underWay?.offered, two)).toBe(true);
  expect(missingPackages(fetching)).toEqual([addon]);
});

test("nothing is missing of an offer that is none, and while a person keeps what runs", () => {
  expect(missingPackages(withPackages(offered, { pinned: true }))).toEqual([]);
  const none = { ...packageOffer("2.0.0"), problem: "x" };
  expect(missingPackages(withPackages(offered, { offer: none }))).toEqual([]);
});

test("a file that could not be had is fetched when its wait is over, one that was refused is not", () => {
  expect(nextToFetch(withFailure(), 49)).toBe(addon);
  expect(nextToFetch(withFailure(), 50)).toEqual(two);
  expect(fetchableAt(withFailure({ again: "offer" }), two)).toBe(Infinity);
});

test("a binary that was at fault is known by its content under any name, a file that could not be had is not", () => {
  const renamed = offeredPackage("2.0.0", { name: "other", hash: hashOf("other") });
  expect(failureOfPackage(withFailure({ ran: true }), renamed)?.why).toBe("x");
  expect(failureOfPackage(withFailure(), renamed)).toBeUndefined();
});
