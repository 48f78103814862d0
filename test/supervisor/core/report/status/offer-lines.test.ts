import { expect, test } from "vitest";
import {
  pastOffers,
  quarantine,
  waitingOffer,
} from "../../../../../src/supervisor/core/report/status/offer-lines.ts";
import { withConfig } from "../../../../../src/supervisor/core/state/state.ts";
import { remoteOf } from "../../../../helpers/core/core-samples.ts";
import {
  quarantinedWorld,
  restarted,
  runningWorld,
} from "../../../../helpers/core/running-world.ts";
import { momentOf } from "../../../../helpers/core/status.ts";

test("a quarantine ends by time, and is told until then", () => {
  const world = quarantinedWorld();
  const [line] = quarantine(world.state(), momentOf(world));
  expect(line).toMatchObject({ hash: remoteOf("bad").hash, times: 1, refusedByPolicy: false });
  expect(line?.until).toBe(pastOffers(world.state(), momentOf(world))[0]?.retryFrom);
  world.pass(700_000);
  expect(quarantine(world.state(), momentOf(world))).toEqual([]);
  expect(pastOffers(world.state(), momentOf(world))[0]?.retryFrom).toBeNull();
});

test("what the collector refuses stays refused, which is no moment", () => {
  const world = runningWorld();
  world.behave.refuses = () => "no such key";
  world.post({ on: "config-offered", remote: remoteOf("x") });
  world.pass(1_000);
  expect(quarantine(world.state(), momentOf(world))).toMatchObject([{ until: null }]);
});

test("the verdict of an earlier life is told, without times", () => {
  const world = quarantinedWorld();
  const lines = pastOffers(restarted(world.state()), momentOf(world));
  expect(lines).toMatchObject([{ verdict: "failed", receivedAt: null, decidedAt: null }]);
  expect(lines[0]?.reason).toContain("the agent exited");
});

test("an offer that waits for its turn is told with the moment of it", () => {
  const world = runningWorld();
  expect(waitingOffer(world.state(), momentOf(world))).toBeNull();
  const { pace } = world.state().config;
  const crowded = { ...pace, read: world.now() + 60_000, crowded: true };
  const held = { remote: remoteOf("later"), superseded: 2 };
  const line = waitingOffer(withConfig(world.state(), { held, pace: crowded }), momentOf(world));
  expect(line).toMatchObject({ hash: remoteOf("later").hash, superseded: 2 });
  expect(Date.parse(line?.readAt ?? "")).toBeGreaterThan(world.now());
});
