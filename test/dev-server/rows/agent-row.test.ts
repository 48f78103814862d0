import { expect, test } from "vitest";
import { disconnect, offerConfig } from "../../../src/dev-server/fleet/fleet.ts";
import { rowOf } from "../../../src/dev-server/rows/agent-row.ts";
import type { AgentRow } from "../../../src/dev-server/shapes/api-shapes.ts";
import { ConfigStatus, type ComponentHealth } from "../../../src/opamp-client/wire/messages.ts";
import { conversation, files, full, hash, otherFiles, uid1 } from "../conversation.ts";
import { bare, fullCapabilities, uidOf } from "../raw-agent.ts";

type Talk = ReturnType<typeof conversation>;

const row = ({ fleet }: Talk): AgentRow => rowOf(fleet().agents.get(uid1)!);
const part = (healthy: boolean, parts: [string, ComponentHealth][] = []): ComponentHealth => ({
  healthy,
  componentHealthMap: new Map(parts),
});

test.each<[string, ComponentHealth | undefined, AgentRow["condition"]]>([
  ["nothing", undefined, "unknown"],
  ["that all is well", part(true, [["a", part(true)]]), "healthy"],
  ["that a part is not well", part(true, [["a", part(false)]]), "degraded"],
  ["it deep inside", part(true, [["a", part(true, [["b", part(false)]])]]), "degraded"],
  ["that it is not well", part(false, [["a", part(true)]]), "failing"],
  ["nothing in an empty report", {}, "failing"],
])("an agent that says %s is %s", (_, health, condition) => {
  const talk = conversation();
  talk.say({ ...bare(1, 0n, fullCapabilities), ...(health === undefined ? {} : { health }) });
  expect(row(talk).condition).toBe(condition);
});

test("an agent that nobody can reach is away, however it was", () => {
  const talk = conversation();
  talk.say(full(1, 0n));
  talk.change(disconnect(talk.fleet(), "ws-1", "gone", 2000));
  expect(row(talk).condition).toBe("away");
});

test("the word for a configuration follows the offer from waiting to in-sync and to drifted", () => {
  const talk = conversation();
  const says = (number: bigint, status: number, lastRemoteConfigHash: Uint8Array): unknown =>
    talk.say({
      ...bare(1, number, fullCapabilities),
      remoteConfigStatus: { status, lastRemoteConfigHash },
    });
  talk.say({ ...full(1, 0n), remoteConfigStatus: { status: 1, lastRemoteConfigHash: uidOf(7) } });
  expect(row(talk).configState).toBe("none");
  const configuration = { name: "edge", version: 3 };
  talk.change(offerConfig(talk.fleet(), uid1, files, 2000, { configuration }).news);
  expect(row(talk)).toMatchObject({ configState: "waiting", configuration });
  says(1n, ConfigStatus.Applied, uidOf(7));
  expect(row(talk).configState).toBe("waiting");
  says(2n, ConfigStatus.Applying, hash);
  expect(row(talk).configState).toBe("applying");
  says(3n, ConfigStatus.Applied, hash);
  expect(row(talk).configState).toBe("in-sync");
  says(4n, ConfigStatus.Applied, uidOf(7));
  expect(row(talk).configState).toBe("drifted");
  talk.change(offerConfig(talk.fleet(), uid1, otherFiles, 3000).news);
  expect(row(talk)).toMatchObject({ configState: "waiting", configuration: undefined });
});

test("a configuration that has failed stays failed until somebody sends it again", () => {
  const talk = conversation();
  talk.say(full(1, 0n));
  talk.change(offerConfig(talk.fleet(), uid1, files, 2000).news);
  const remoteConfigStatus = { status: ConfigStatus.Failed, lastRemoteConfigHash: hash };
  talk.say({ ...bare(1, 1n, fullCapabilities), remoteConfigStatus });
  expect(row(talk).configState).toBe("failed");
  talk.change(offerConfig(talk.fleet(), uid1, files, 3000).news);
  expect(row(talk).configState).toBe("waiting");
});

test("attributes are there by name, the identifying one first, and a host name of its own", () => {
  const talk = conversation();
  const value = (stringValue: string): object => ({ stringValue });
  const agentDescription = {
    identifyingAttributes: [{ key: "service.name", value: value("a") }],
    nonIdentifyingAttributes: [
      { key: "host.name", value: value("box") },
      { key: "service.name", value: value("b") },
      { key: "__proto__", value: value("c") },
    ],
  };
  talk.say({ ...full(1, 0n), agentDescription });
  const { attributes, hostName } = row(talk);
  expect(hostName).toBe("box");
  expect(Object.entries(attributes).sort()).toEqual([
    ["__proto__", "c"],
    ["host.name", "box"],
    ["service.name", "a"],
  ]);
});

test("a row stays small, whatever an agent says of itself", () => {
  const talk = conversation();
  const long = "x".repeat(1_000_000);
  const attributes = Array.from({ length: 5000 }, (_, index) => ({
    key: `${index}${long.slice(0, 1000)}`,
    value: { stringValue: long.slice(0, 1000) },
  }));
  talk.say({
    ...full(1, 0n),
    agentDescription: {
      identifyingAttributes: [
        { key: "service.name", value: { stringValue: long } },
        { key: "host.name", value: { stringValue: long } },
      ],
      nonIdentifyingAttributes: attributes,
    },
    health: { healthy: true, status: long, lastError: long },
    remoteConfigStatus: { status: 3, errorMessage: long },
  });
  expect(JSON.stringify(row(talk)).length).toBeLessThan(100_000);
});
