import fc from "fast-check";
import { expect, test } from "vitest";
import {
  type OffersRecord,
  offersRecord,
  restoredOffers,
} from "../../../../src/supervisor/core/report/offers-record.ts";
import {
  type ConnectionOffers,
  type ServerSettingsInForce,
  noConnectionOffers,
} from "../../../../src/supervisor/core/state/offers.ts";
import { clockAhead, wallTime } from "../../../../src/supervisor/core/state/wall-clock.ts";
import { policy } from "../../../helpers/core/core-samples.ts";
import { resumption } from "../../../helpers/core/resumption.ts";

const server: ServerSettingsInForce = {
  endpoint: "wss://second.example.com",
  headers: undefined,
  certificate: {
    ...{ cert: "cert", key: "key", stale: false },
    ...{ validFrom: wallTime(1_000), expiresAt: wallTime(9_000) },
  },
  tls: undefined,
  proxy: undefined,
  heartbeatSeconds: undefined,
};
const { offerTrialMs, offerLostMs } = policy;
const bootMs = 1_800_000_000_000;

/** A server on trial at the instant 50,000 of a life that began at that date. */
function onTrial(leftMs: number, lostForMs: number | undefined): OffersRecord {
  const lostSince = lostForMs === undefined ? undefined : 50_000 - lostForMs;
  const former = { settings: undefined, until: 50_000 + leftMs, lostSince, why: "gone" };
  const offers: ConnectionOffers = { ...noConnectionOffers, server, former };
  const kept = offersRecord(offers, clockAhead(bootMs));
  return JSON.parse(JSON.stringify(kept)) as OffersRecord;
}

test("a certificate comes back with its dates, which stand on disk as numbers", () => {
  const kept = onTrial(1_000, undefined);
  expect(kept.server?.certificate).toMatchObject({ validFrom: 1_000, expiresAt: 9_000 });
  expect(restoredOffers(kept, resumption()).server?.certificate).toEqual(server.certificate);
});

test("what is left of a trial is left in the next life, which has another clock", () => {
  const kept = onTrial(45_000, 4_000);
  // The next life begins at its instant 7, three seconds later by the date.
  const { former } = restoredOffers(kept, resumption(7, bootMs + 53_000 - 7));
  expect(former).toMatchObject({ until: 7 + 42_000, lostSince: 7 - 7_000, why: "gone" });
});

test("however the clock was set in between, a trial has neither passed unseen nor lasts for ever", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: offerTrialMs }),
      fc.option(fc.nat(100_000), { nil: undefined }),
      fc.integer({ min: -bootMs, max: bootMs }),
      fc.nat(1_000_000),
      (leftMs, lostForMs, stepMs, at) => {
        const kept = onTrial(leftMs, lostForMs);
        const { former } = restoredOffers(kept, resumption(at, bootMs + stepMs));
        const left = (former?.until ?? NaN) - at;
        expect(left).toBeGreaterThanOrEqual(Math.min(2 * offerLostMs, offerTrialMs));
        expect(left).toBeLessThanOrEqual(offerTrialMs);
        expect(former?.lostSince === undefined).toBe(lostForMs === undefined);
        if (former?.lostSince === undefined) return;
        const lost = at - former.lostSince;
        expect(lost).toBeGreaterThanOrEqual(0);
        expect(lost).toBeLessThanOrEqual(offerLostMs);
      },
    ),
  );
});

test("a time that the disk has lost counts as the whole of it", () => {
  const kept = onTrial(1_000, undefined);
  const damaged = { ...kept, former: { ...kept.former, until: undefined } } as unknown;
  const { former } = restoredOffers(damaged as OffersRecord, resumption(5));
  expect(former?.until).toBe(5 + offerTrialMs);
});
