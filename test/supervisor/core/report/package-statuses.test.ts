import { expect, test } from "vitest";
import { PackageStatusType } from "../../../../src/opamp-client/wire/messages.ts";
import { packageStatusesOf } from "../../../../src/supervisor/core/report/package-statuses.ts";
import type { OfferedPackage, Packages } from "../../../../src/supervisor/core/state/packages.ts";
import { packagedBinary } from "../../../../src/supervisor/core/state/packages.ts";
import { initialState, withPackages } from "../../../../src/supervisor/core/state/state.ts";
import { uid } from "../../../helpers/core/core-samples.ts";
import { installedPackage, offeredPackage, packageOffer } from "../../../helpers/core/packages.ts";

const one = installedPackage(offeredPackage("1.0.0"));
const two = offeredPackage("2.0.0");
const addon = offeredPackage("9", { name: "rules", kind: "addon" });

function statuses(changes: Partial<Packages>, others: readonly OfferedPackage[] = []) {
  const offer = packageOffer("2.0.0", others);
  return packageStatusesOf(withPackages(initialState(uid), { offer, ...changes }));
}

/** The status of the collector's package while version 1.0.0 is in force. */
function collector(changes: Partial<Packages>) {
  const accepted = packagedBinary(one, undefined);
  return statuses({ accepted, installed: [one], ...changes })?.packages?.get("");
}

const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, "hex"));
const had = { agentHasVersion: "1.0.0", agentHasHash: bytes(one.hash) };
const offered = { serverOfferedVersion: "2.0.0", serverOfferedHash: bytes(two.hash) };
const failure = {
  ...{ name: "", version: "2.0.0", hash: two.hash, contentHash: two.file.contentHash },
  ...{ why: "the signature is wrong", until: Infinity, times: 1, ran: false },
};

test("C-198 before an offer nothing is said of packages", () => {
  expect(packageStatusesOf(initialState(uid))).toBeUndefined();
});

test("C-216 C-218 C-219 the list is complete, names its entries, and echoes the hash of all", () => {
  const installed = [installedPackage(addon), one];
  const told = statuses({ installed, accepted: packagedBinary(one, undefined) });
  expect([...(told?.packages?.keys() ?? [])]).toEqual(["", "rules"]);
  expect(told?.packages?.get("rules")).toMatchObject({ name: "rules", agentHasVersion: "9" });
  expect(told?.serverProvidedAllPackagesHash).toEqual(bytes(packageOffer("2.0.0").allHash));
  expect(told?.errorMessage).toBeUndefined();
});

test("C-220 C-221 C-222 C-223 both versions are told while they differ, and none that is not there", () => {
  expect(collector({})).toEqual({
    ...{ name: "", ...had, ...offered, status: PackageStatusType.InstallPending },
  });
  expect(statuses({})?.packages?.get("")).toEqual({
    ...{ name: "", ...offered, status: PackageStatusType.InstallPending },
  });
});

test("C-213 C-228 C-229 while it is downloaded percent and speed are told, and nowhere else", () => {
  const progress = { phase: "downloading", percent: 42, bytesPerSecond: 7 } as const;
  expect(collector({ underWay: { offered: two, progress } })).toEqual({
    ...{ name: "", ...had, ...offered, status: PackageStatusType.Downloading },
    downloadDetails: { downloadPercent: 42, downloadBytesPerSecond: 7 },
  });
  const unpacked = { offered: two, progress: { ...progress, phase: "installing" } } as const;
  expect(collector({ underWay: unpacked })).toEqual({
    ...{ name: "", ...had, ...offered, status: PackageStatusType.Installing },
  });
});

test("C-224 C-226 on trial it is being installed; in force it is installed, without a word of what failed before", () => {
  const binary = packagedBinary(installedPackage(two), undefined);
  expect(collector({ trying: binary })?.status).toBe(PackageStatusType.Installing);
  const installed = [installedPackage(two)];
  const failures = [{ ...failure, again: "wait" as const }];
  expect(collector({ accepted: binary, installed, failures })).toEqual({
    ...{ name: "", agentHasVersion: "2.0.0", agentHasHash: bytes(two.hash), ...offered },
    status: PackageStatusType.Installed,
  });
});

test("C-227 a version that failed is told with its reason and the version that is there", () => {
  expect(collector({ failures: [{ ...failure, again: "offer" }] })).toEqual({
    ...{ name: "", ...had, ...offered, status: PackageStatusType.InstallFailed },
    errorMessage: "the signature is wrong",
  });
});

test("C-225 what is fetched again by itself is pending, with the reason", () => {
  const told = collector({ failures: [{ ...failure, why: "503", again: "wait" }] });
  expect(told?.status).toBe(PackageStatusType.InstallPending);
  expect(told?.errorMessage).toBe("it is tried again by itself: 503");
});

test("what a person keeps is told as the reason that nothing is taken", () => {
  const told = collector({ pinned: true });
  expect(told).toMatchObject({ status: PackageStatusType.InstallFailed });
  expect(told?.errorMessage).toContain("an operator keeps the version that runs");
});

test("C-230 an offer that is none is told for all, and what is there stays listed", () => {
  const offer = { allHash: "aa", packages: [], problem: "expected packages in the offer" };
  const told = packageStatusesOf(withPackages(initialState(uid), { offer, installed: [one] }));
  expect(told?.errorMessage).toBe("expected packages in the offer");
  expect(told?.packages?.get("")).toMatchObject({ agentHasVersion: "1.0.0" });
});
