import { expect, test } from "vitest";
import {
  fetchBegun,
  packageFetched,
  packagesOffered,
  packageProgressed,
  packageRefused,
  withInstalled,
} from "../../../../src/supervisor/core/packages/package-offers.ts";
import { nextToFetch } from "../../../../src/supervisor/core/packages/wanted.ts";
import {
  initialState,
  type State,
  withPackages,
} from "../../../../src/supervisor/core/state/state.ts";
import { binary, policy, uid } from "../../../helpers/core/core-samples.ts";
import { installedPackage, offeredPackage, packageOffer } from "../../../helpers/core/packages.ts";

const two = offeredPackage("2.0.0");
const offered = packagesOffered(initialState(uid), packageOffer("2.0.0"), 0);
const fetching = fetchBegun(offered, two);

function refusedAt(state: State, at: number, retryAfterMs: number | undefined): State {
  return packageRefused(
    fetchBegun(state, two),
    { on: "package-refused", offered: two, why: "x", retryAfterMs, at },
    policy,
  );
}

test("the same offer again changes nothing", () => {
  expect(packagesOffered(offered, packageOffer("2.0.0"), 99)).toBe(offered);
});

test("a file that cannot be had now is waited for, longer each time, and given up at last", () => {
  let state = offered;
  const waits: number[] = [];
  for (let time = 0; time < 20; time += 1) {
    state = refusedAt(state, 1_000, 0);
    waits.push((state.packages.failures[0]?.until ?? 0) - 1_000);
  }
  expect(waits.slice(0, 4)).toEqual([5_000, 10_000, 20_000, 40_000]);
  expect(waits.at(-2)).toBe(900_000);
  expect(state.packages.failures).toMatchObject([{ again: "offer", times: 20, ran: false }]);
  expect(refusedAt(offered, 0, 70_000).packages.failures[0]?.until).toBe(70_000);
});

test("however many packages cannot be had, each of them waits", () => {
  const others = Array.from({ length: 60 }, (_, index) =>
    offeredPackage(`1.${index}.0`, { name: `part-${index}`, kind: "addon" }),
  );
  let state = packagesOffered(initialState(uid), packageOffer("2.0.0", others), 0);
  const asked: string[] = [];
  for (let next = nextToFetch(state, 0); next !== undefined; next = nextToFetch(state, 0)) {
    asked.push(next.name);
    const refused = { on: "package-refused", offered: next, why: "x", retryAfterMs: 0 } as const;
    state = packageRefused(fetchBegun(state, next), { ...refused, at: 0 }, policy);
    if (asked.length > 100) break;
  }
  expect(asked).toEqual(["", ...others.map(({ name }) => name)]);
});

test("what was refused for good is tried again when something else is said of it, and by nothing less", () => {
  const refused = refusedAt(offered, 0, undefined);
  expect(packagesOffered(refused, packageOffer("2.0.0"), 1e9)).toBe(refused);
  const file = { ...two.file, signature: "ab" };
  const mended = { ...packageOffer("2.0.0"), packages: [{ ...two, file }] };
  expect(packagesOffered(refused, mended, 1).packages.failures).toEqual([]);
});

test("a binary that failed while it ran stays refused until its time is over, whatever is said of it", () => {
  const failures = [
    {
      ...{ name: "", version: "2.0.0", hash: two.hash, contentHash: two.file.contentHash },
      ...({ why: "x", until: 500, times: 1, ran: true, again: "offer" } as const),
    },
  ];
  const failed = withPackages(offered, { failures });
  const file = { ...two.file, signature: "ab" };
  const again = { ...packageOffer("2.0.0"), packages: [{ ...two, file }] };
  expect(packagesOffered(failed, again, 499).packages.failures).toEqual(failures);
  expect(packagesOffered(failed, again, 500).packages.failures).toEqual([]);
});

test("a fetched binary waits to be tried, a fetched add-on is there, and one that nobody waits for is nothing", () => {
  const event = { on: "package-fetched", offered: two, installed: installedPackage(two) } as const;
  const fetched = packageFetched(
    fetching,
    { ...event, facts: { ...binary, version: "2.0.0" }, at: 1 },
    policy,
  );
  expect(fetched.packages.ready?.binary).toMatchObject({
    path: "/state/packages/agent/2.0.0/otelcol",
    package: { version: "2.0.0" },
  });
  expect(
    packageFetched(offered, { ...event, facts: binary, at: 1 }, policy).packages.ready,
  ).toBeUndefined();
  const addon = offeredPackage("9", { name: "rules", kind: "addon" });
  const installed = installedPackage(addon);
  const arrived = { on: "package-fetched", offered: addon, installed } as const;
  const fetchingIt = fetchBegun(offered, addon);
  const there = packageFetched(fetchingIt, { ...arrived, facts: undefined, at: 1 }, policy);
  expect(there.packages.installed).toEqual([installed]);
});

test("progress is that of what is being fetched, and an add-on takes the place of its former version", () => {
  const progress = { phase: "downloading", percent: 42, bytesPerSecond: 7 } as const;
  const event = { on: "package-progressed", offered: two, progress, at: 1 } as const;
  expect(packageProgressed(fetching, event).packages.underWay?.progress).toEqual(progress);
  expect(packageProgressed(offered, event)).toBe(offered);
  const [old, next] = ["8", "9"].map((version) =>
    installedPackage(offeredPackage(version, { name: "rules", kind: "addon" })),
  );
  if (old === undefined || next === undefined) throw new Error("two were made");
  expect(withInstalled(withInstalled(offered, old), next).packages.installed).toEqual([next]);
});

test("C-230 an offer without any package is a mistake where none is there to be withdrawn, and stays a withdrawal afterwards", () => {
  const none = { allHash: "aa", packages: [], problem: undefined };
  const mistake = packagesOffered(initialState(uid), none, 0);
  expect(mistake.packages.offer?.problem).toContain("found none");
  expect(packagesOffered(mistake, none, 1)).toBe(mistake);
  const meant = packagesOffered(initialState(uid), { ...none, allHash: "" }, 0);
  expect(meant.packages.offer?.problem).toBeUndefined();
  const there = withInstalled(offered, installedPackage(two));
  const withdrawn = packagesOffered(there, none, 1);
  expect(withdrawn.packages.offer?.problem).toBeUndefined();
  const gone = withPackages(withdrawn, { installed: [] });
  expect(packagesOffered(gone, none, 2)).toBe(gone);
});

test.each([
  ["another version than it is offered as is refused", "answers", "1.9.0", false],
  ["its version with a v before it is taken", "answers", "v2.0.0", true],
  ["no version is taken", "answers", "", true],
  ["a version that only its file tells is taken", "file", "1.9.0", true],
] as const)("a program that says %s", (_what, knownBy, version, taken) => {
  const event = { on: "package-fetched", offered: two, installed: installedPackage(two) } as const;
  const facts = { ...binary, knownBy, version };
  const { packages } = packageFetched(fetching, { ...event, facts, at: 1 }, policy);
  expect(packages.ready !== undefined).toBe(taken);
  expect(packages.failures.map(({ why }) => why)).toEqual(
    taken ? [] : [expect.stringContaining("a program that says it is 1.9.0")],
  );
});
