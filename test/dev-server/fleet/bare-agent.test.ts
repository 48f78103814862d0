import { expect, test } from "vitest";
import { sendMessage } from "../../../src/dev-server/fleet/fleet-asks.ts";
import { offerConnections } from "../../../src/dev-server/fleet/fleet-connections.ts";
import { offerConfig, restart } from "../../../src/dev-server/fleet/fleet.ts";
import { conversation, files, socketA, uid1 } from "../conversation.ts";
import { bare, uidOf } from "../raw-agent.ts";

test("S-021 an agent that only reports gets acknowledgements, whatever is wanted of it", () => {
  const { say, change, fleet } = conversation();
  say({ ...bare(1, 0n), agentDescription: { identifyingAttributes: [] } });
  const opamp = { heartbeatIntervalSeconds: 5n };
  const message = { capability: "io.example", type: "t" };
  const wishes = [
    offerConfig(fleet(), uid1, files, 1000),
    offerConnections(fleet(), uid1, { opamp }, 1000),
    restart(fleet(), uid1, 1000),
    sendMessage(fleet(), uid1, message, 1000),
  ];
  for (const { news, push } of wishes) {
    expect(push).toBeUndefined();
    change(news);
  }
  expect(say(bare(1, 1n), socketA)).toEqual({ instanceUid: uidOf(1) });
});
