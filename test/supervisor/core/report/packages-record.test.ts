import { expect, test } from "vitest";
import {
  packagesRecord,
  type PackagesRecord,
  restoredPackages,
  samePackages,
} from "../../../../src/supervisor/core/report/packages-record.ts";
import { noPackages } from "../../../../src/supervisor/core/state/packages.ts";
import { clockAhead } from "../../../../src/supervisor/core/state/wall-clock.ts";
import { packageOffer } from "../../../helpers/core/packages.ts";
import { runningWorld } from "../../../helpers/core/running-world.ts";

function asRead(record: PackagesRecord): PackagesRecord {
  return JSON.parse(JSON.stringify(record)) as PackagesRecord;
}

test("what is in force, on probation, refused and pinned is taken up by the next life", () => {
  const world = runningWorld();
  world.post({ on: "packages-offered", offer: packageOffer("2.0.0") });
  world.pass(1_000);
  world.behave.refuses = () => "unknown key";
  world.post({ on: "packages-offered", offer: packageOffer("3.0.0") });
  world.pass(1_000);
  world.post({ on: "package-pinned", pinned: true });
  const { packages, clock } = world.state();
  const at = world.now();
  const kept = asRead(packagesRecord(packages, clock));
  const restored = restoredPackages(kept, { at, clock, longestMs: 300_000 }, (number) =>
    number === packages.former?.generation.number ? packages.former.generation : undefined,
  );
  expect(restored).toMatchObject({
    offer: asRead(kept).offer,
    installed: packages.installed,
    failures: [{ version: "3.0.0", until: Infinity, ran: true }],
    accepted: { path: packages.accepted?.path, package: { version: "2.0.0" } },
    former: { until: packages.former?.until, crashes: 0 },
    pinned: true,
  });
});

test("a clock that was set since makes no wait longer than it was at its longest", () => {
  const world = runningWorld();
  world.post({ on: "packages-offered", offer: packageOffer("2.0.0") });
  world.pass(1_000);
  const { packages, clock } = world.state();
  const kept = asRead(packagesRecord(packages, clock));
  for (const aheadMs of [-1e12, -3_600_000, 3_600_000, 1e12]) {
    const life = { at: 7, clock: clockAhead(aheadMs), longestMs: 300_000 };
    const { former } = restoredPackages(kept, life, () => packages.former?.generation);
    expect(former?.until).toBe(300_007);
  }
  const without = restoredPackages(kept, { at: 7, clock, longestMs: 1 }, () => undefined);
  expect(without.former).toBeUndefined();
});

test("nothing kept is nothing known, and the same parts leave the same record", () => {
  const life = { at: 0, clock: clockAhead(0), longestMs: 1 };
  expect(restoredPackages(undefined, life, () => undefined)).toBe(noPackages);
  expect(samePackages(noPackages, { ...noPackages, unswept: true })).toBe(true);
  expect(samePackages(noPackages, { ...noPackages, pinned: true })).toBe(false);
});
