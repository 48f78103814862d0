import { expect, test } from "vitest";
import { withdraw } from "../../../src/dev-server/fleet/fleet-asks.ts";
import { offerConnections } from "../../../src/dev-server/fleet/fleet-connections.ts";
import { disconnect, offerConfig } from "../../../src/dev-server/fleet/fleet.ts";
import { pageOf } from "../../../src/dev-server/rows/agent-page.ts";
import type { AgentPage } from "../../../src/dev-server/shapes/api-shapes.ts";
import { AgentCapability, ConfigStatus } from "../../../src/opamp-client/wire/messages.ts";
import { conversation, files, full, hash, http, otherFiles, uid1 } from "../conversation.ts";
import { bare, fullCapabilities } from "../raw-agent.ts";

type Talk = ReturnType<typeof conversation>;

const page = ({ fleet }: Talk): AgentPage => pageOf(fleet().agents.get(uid1)!, fleet(), false);
const says = (talk: Talk, number: bigint, status: number, now: number, error = ""): unknown =>
  talk.say(
    {
      ...bare(1, number, fullCapabilities),
      remoteConfigStatus: { status, lastRemoteConfigHash: hash, errorMessage: error },
    },
    undefined,
    now,
  );

test("an offer keeps the times of all that became of it", () => {
  const talk = conversation();
  talk.say(full(1, 0n));
  talk.change(offerConfig(talk.fleet(), uid1, files, 2000).news);
  says(talk, 1n, ConfigStatus.Applying, 2100);
  says(talk, 2n, ConfigStatus.Applying, 2200);
  says(talk, 3n, ConfigStatus.Failed, 2300, "no such receiver");
  says(talk, 4n, ConfigStatus.Failed, 2400, "no such receiver");
  expect(page(talk).offers).toEqual([
    {
      hash: Buffer.from(hash).toString("hex"),
      files: [{ name: "", text: "receivers: {}" }],
      configuration: undefined,
      offeredAt: 2000,
      sentAt: 2000,
      applyingAt: 2100,
      verdictAt: 2300,
      state: "failed",
      errorMessage: "no such receiver",
    },
  ]);
});

test("over plain HTTP an offer is sent when its agent polls", () => {
  const talk = conversation();
  talk.say(full(1, 0n), http);
  talk.change(offerConfig(talk.fleet(), uid1, files, 2000).news);
  expect(page(talk).offers).toMatchObject([{ state: "waiting", sentAt: undefined }]);
  expect(talk.say(bare(1, 1n, fullCapabilities), http, 2500).remoteConfig).toBeDefined();
  expect(page(talk).offers).toMatchObject([{ state: "sent", sentAt: 2500 }]);
});

test("a newer offer replaces one without a verdict, and one with a verdict keeps it", () => {
  const talk = conversation();
  talk.say(full(1, 0n));
  talk.change(offerConfig(talk.fleet(), uid1, otherFiles, 2000).news);
  talk.change(offerConfig(talk.fleet(), uid1, files, 2001).news);
  says(talk, 1n, ConfigStatus.Applied, 2100);
  talk.change(offerConfig(talk.fleet(), uid1, otherFiles, 2200).news);
  expect(page(talk).offers.map(({ state }) => state)).toEqual(["sent", "applied", "replaced"]);
});

test("no more than 20 offers are kept", () => {
  const talk = conversation();
  talk.say(full(1, 0n));
  for (let at = 0; at < 30; at += 1) {
    talk.change(offerConfig(talk.fleet(), uid1, at % 2 === 0 ? files : otherFiles, at).news);
  }
  expect(page(talk).offers.map(({ offeredAt }) => offeredAt)).toHaveLength(20);
  expect(page(talk).offers[0]?.offeredAt).toBe(29);
});

test("what was withdrawn is offered to nobody any more", () => {
  const talk = conversation();
  talk.say(full(1, 0n), http);
  talk.change(offerConfig(talk.fleet(), uid1, files, 2000).news);
  expect(page(talk).actions.withdraw.why).toBeUndefined();
  // What is offered of connections is withdrawn where it stands.
  talk.change(
    offerConnections(talk.fleet(), uid1, { opamp: { destinationEndpoint: "ws://other" } }, 2050)
      .news,
  );
  talk.change(withdraw(talk.fleet(), uid1, "config", 2100).news);
  expect(talk.say(full(1, 1n), http).remoteConfig).toBeUndefined();
  expect(page(talk)).toMatchObject({ configState: "none", offers: [{ state: "withdrawn" }] });
  expect(page(talk).actions.withdraw.why).toBe("No configuration is offered to the agent.");
});

test("a failed configuration is tried again by an agent that was away when it was sent again", () => {
  const talk = conversation();
  talk.say(full(1, 0n));
  talk.change(offerConfig(talk.fleet(), uid1, files, 2000).news);
  says(talk, 1n, ConfigStatus.Failed, 2100);
  talk.change(disconnect(talk.fleet(), "ws-1", "gone", 2200));
  talk.change(offerConfig(talk.fleet(), uid1, files, 2300).news);
  const failed = { status: ConfigStatus.Failed, lastRemoteConfigHash: hash };
  const back = { ...full(1, 2n), remoteConfigStatus: failed };
  expect(talk.say(back, undefined, 2400).remoteConfig).toBeDefined();
  expect(page(talk).offers[0]).toMatchObject({ state: "sent", sentAt: 2400 });
  expect(talk.say(bare(1, 3n, fullCapabilities)).remoteConfig).toBeUndefined();
  says(talk, 4n, ConfigStatus.Failed, 2500);
  expect(page(talk).offers[0]).toMatchObject({ state: "failed", verdictAt: 2500 });
});

test("packages that cannot be offered for want of a folder name the option that brings one", () => {
  const talk = conversation();
  talk.say({ ...full(1, 0n), capabilities: fullCapabilities | AgentCapability.AcceptsPackages });
  expect(page(talk).actions.packages.why).toContain("--packages");
});

test("what cannot be done says why, and what can says nothing", () => {
  const talk = conversation();
  talk.say(full(1, 0n));
  expect(page(talk).actions).toMatchObject({
    config: { why: undefined },
    restart: { why: undefined },
    "full-state": { why: undefined },
    packages: { why: "The agent does not accept packages." },
    message: { why: "The agent has declared no custom capability." },
    forget: { why: "The agent is connected; one that is away can be forgotten." },
  });
  talk.change(disconnect(talk.fleet(), "ws-1", "gone", 2000));
  expect(page(talk).actions).toMatchObject({
    restart: { why: "The agent is not connected." },
    "full-state": { why: "The agent is not connected." },
    forget: { why: undefined },
  });
});
