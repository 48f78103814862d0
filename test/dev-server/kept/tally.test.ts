import { expect, test } from "vitest";
import { forget } from "../../../src/dev-server/fleet/fleet-asks.ts";
import { disconnect, offerConfig, receive } from "../../../src/dev-server/fleet/fleet.ts";
import { keepFleet } from "../../../src/dev-server/kept/kept-fleet.ts";
import { ConfigStatus, type AgentToServer } from "../../../src/opamp-client/wire/messages.ts";
import { files, full, hash, socketA, uid1 } from "../conversation.ts";
import { bare, fullCapabilities, uidOf } from "../raw-agent.ts";

test("agents are counted as they change, also when one is forgotten", () => {
  const kept = keepFleet();
  const say = (message: AgentToServer): void => {
    const received = { connection: socketA, message, now: 1, freshUid: uidOf(99) };
    kept.learn(receive(kept.current(), received).news);
  };
  expect(kept.counts()).toMatchObject({ total: 0, healthy: 0 });
  say(full(1, 0n));
  say(bare(2, 0n));
  expect(kept.counts()).toMatchObject({ total: 2, healthy: 1, unknown: 1, applying: 0 });
  kept.learn(offerConfig(kept.current(), uid1, files, 2).news);
  const remoteConfigStatus = { status: ConfigStatus.Applying, lastRemoteConfigHash: hash };
  say({ ...bare(1, 1n, fullCapabilities), health: { healthy: false }, remoteConfigStatus });
  expect(kept.counts()).toMatchObject({ total: 2, healthy: 0, failing: 1, applying: 1 });
  kept.learn(disconnect(kept.current(), "ws-1", "gone", 3));
  expect(kept.counts()).toMatchObject({ total: 2, failing: 0, away: 2, unknown: 0 });
  kept.learn(forget(kept.current(), uid1).news);
  expect(kept.counts()).toMatchObject({ total: 1, away: 1, applying: 0 });
});

test("nobody is told of what changes nothing", () => {
  const kept = keepFleet();
  let told = 0;
  kept.listeners.add(() => {
    told += 1;
  });
  kept.learn({});
  kept.learn({ records: [] });
  expect(told).toBe(0);
  kept.tell("groups");
  expect(told).toBe(1);
});
