import { expect, test } from "vitest";
import { packageTransitions } from "../../../../src/supervisor/core/report/transitions-of-packages.ts";
import { packagedBinary } from "../../../../src/supervisor/core/state/packages.ts";
import {
  initialState,
  type State,
  withPackages,
} from "../../../../src/supervisor/core/state/state.ts";
import type { Event } from "../../../../src/supervisor/core/state/event.ts";
import { policy, uid } from "../../../helpers/core/core-samples.ts";
import { reduce } from "../../../../src/supervisor/core/reduce.ts";
import { installedPackage, offeredPackage, packageOffer } from "../../../helpers/core/packages.ts";

function after(state: State, event: Event): readonly [State, readonly string[]] {
  const next = reduce(state, event, policy);
  const found = packageTransitions(state, next, event);
  return [next, found.flatMap((one) => (one === undefined ? [] : [one.is]))];
}

test("an offer, the fetching of it and its failure are each told once", () => {
  const offer = { on: "packages-offered", offer: packageOffer("2.0.0"), at: 1 } as const;
  const [offered, first] = after(initialState(uid), offer);
  expect(first).toEqual(["packages-offered"]);
  expect(after(offered, offer)[1]).toEqual([]);
  const step = { do: "fetch-package", offered: offeredPackage("2.0.0") } as const;
  const [fetching, second] = after(offered, { on: "step-begun", step, at: 2 });
  expect(second).toEqual(["package-fetch-begun"]);
  const refused = { on: "package-refused", offered: step.offered, why: "404" } as const;
  expect(after(fetching, { ...refused, retryAfterMs: undefined, at: 3 })[1]).toEqual([
    "package-failed",
  ]);
});

test("a person who keeps what runs is told of, and a binary that was replaced", () => {
  const [pinned, told] = after(initialState(uid), { on: "package-pinned", pinned: true, at: 1 });
  expect(told).toEqual(["binary-pinned"]);
  expect(after(pinned, { on: "package-pinned", pinned: false, at: 2 })[1]).toEqual([
    "binary-unpinned",
  ]);
  expect(after(pinned, { on: "binary-replaced", at: 3 })[1]).toEqual(["binary-replaced"]);
});

test("a binary that was replaced is not told of while a version of a server's is in force", () => {
  const accepted = packagedBinary(installedPackage(offeredPackage("2.0.0")), undefined);
  const state = withPackages(initialState(uid), { accepted });
  expect(after(state, { on: "binary-replaced", at: 3 })[1]).toEqual([]);
});
