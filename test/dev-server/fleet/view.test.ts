import { test, expect } from "vitest";
import { receive, disconnect, offerConfig } from "../../../src/dev-server/fleet/fleet.ts";
import type { Fleet } from "../../../src/dev-server/fleet/fleet-state.ts";
import { hashOf } from "../../../src/dev-server/fleet/remote-config.ts";
import { viewFleet, textOfValue } from "../../../src/dev-server/fleet/view.ts";
import { listRows } from "../../../src/dev-server/rows/agent-row.ts";
import { uidToText } from "../../../src/opamp-client/wire/instance-uid.ts";
import type { AgentToServer, AnyValue } from "../../../src/opamp-client/wire/messages.ts";
import { emptyFleet, fleetAfter } from "../conversation.ts";
import { uidOf, bare, fullCapabilities } from "../raw-agent.ts";

const files = new Map([["b.yaml", { body: Buffer.from("x: ü"), contentType: "text/yaml" }]]);

function hear(fleet: Fleet, message: AgentToServer, connectionId = "ws-1"): Fleet {
  const connection = { id: connectionId, transport: "websocket" } as const;
  const received = { connection, message, now: 5000, freshUid: uidOf(99) };
  return fleetAfter(fleet, receive(fleet, received).news);
}

test("an agent is shown as plain values that JSON keeps as they are", () => {
  const said = hear(emptyFleet(), {
    ...bare(1, 3n, fullCapabilities),
    agentDescription: {
      identifyingAttributes: [
        { key: "service.name", value: { stringValue: "collector" } },
        { key: "service.version", value: { stringValue: "1.2" } },
      ],
      nonIdentifyingAttributes: [{ key: "cpus", value: { intValue: 2n ** 60n } }],
    },
    health: {
      healthy: true,
      status: "ok",
      startTimeUnixNano: 1_700_000_000_123_456_789n,
      componentHealthMap: new Map([["__proto__", { lastError: "boom" }]]),
    },
    effectiveConfig: { configMap: { configMap: files } },
    availableComponents: {
      hash: uidOf(1),
      components: new Map([["receivers", { subComponentMap: new Map([["otlp", {}]]) }]]),
    },
  });
  const [agent] = viewFleet(said);
  expect(agent).toMatchObject({
    uid: uidToText(uidOf(1)),
    name: "collector",
    version: "1.2",
    up: "true",
    connected: true,
    transport: "websocket",
    lastSeenAt: 5000,
    sequenceNum: "3",
    otherAttributes: [{ key: "cpus", value: "1152921504606846976" }],
    health: {
      healthy: true,
      status: "ok",
      startedAt: 1_700_000_000_123,
      components: [{ name: "__proto__", health: { healthy: false, lastError: "boom" } }],
    },
    effectiveConfig: [{ name: "b.yaml", contentType: "text/yaml", text: "x: ü" }],
    components: [{ kind: "receivers", types: ["otlp"] }],
  });
  expect(agent?.capabilities).toContain("ReportsHealth");
  expect(agent?.capabilities).not.toContain("AcceptsPackages");
  // A bigint or a Map that slipped through would throw or come back empty.
  expect(JSON.parse(JSON.stringify(agent))).toEqual(agent);
});

test.each([
  [{ health: { healthy: true } }, "true"],
  [{ health: { healthy: false } }, "false"],
  [{ health: {} }, "false"],
  [{}, "unknown"],
])("up is what the agent said: %j", (part, up) => {
  const fleet = hear(emptyFleet(), { ...bare(1, 0n), ...part });
  expect(viewFleet(fleet)[0]?.up).toBe(up);
});

test("nobody knows whether a disconnected agent is up", () => {
  const fleet = hear(emptyFleet(), { ...bare(1, 0n), health: { healthy: true } });
  const [agent] = viewFleet(fleetAfter(fleet, disconnect(fleet, "ws-1", "code 1006", 6000)));
  expect(agent).toMatchObject({ up: "unknown", connected: false, disconnectedWhy: "code 1006" });
});

test.each([
  ["silence", {}, "waiting"],
  [
    "a status about another configuration",
    { lastRemoteConfigHash: uidOf(1), status: 1 },
    "waiting",
  ],
  ["applying", { lastRemoteConfigHash: hashOf(files), status: 2 }, "applying"],
  ["applied", { lastRemoteConfigHash: hashOf(files), status: 1 }, "applied"],
  ["failed", { lastRemoteConfigHash: hashOf(files), status: 3, errorMessage: "no" }, "failed"],
])("the state of an offer follows %s", (_, remoteConfigStatus, state) => {
  const known = hear(emptyFleet(), bare(1, 0n, fullCapabilities));
  const { news } = offerConfig(known, uidToText(uidOf(1)), files, 7000);
  const fleet = hear(fleetAfter(known, news), {
    ...bare(1, 1n, fullCapabilities),
    remoteConfigStatus,
  });
  expect(viewFleet(fleet)[0]?.offer).toMatchObject({
    state,
    at: 7000,
    files: [{ name: "b.yaml", text: "x: ü" }],
    errorMessage: state === "failed" ? "no" : "",
  });
});

test("connected agents come first, and the list leaves the long parts out", () => {
  const known = hear(hear(emptyFleet(), bare(1, 0n), "ws-1"), bare(2, 0n), "ws-2");
  const list = listRows(fleetAfter(known, disconnect(known, "ws-1", "gone", 6000)));
  expect(list.map((agent) => agent.connected)).toEqual([true, false]);
  expect(list[0]).not.toHaveProperty("effectiveConfig");
});

test.each<[AnyValue | undefined, string]>([
  [{ stringValue: "" }, ""],
  [{ boolValue: false }, "false"],
  [{ doubleValue: 1.5 }, "1.5"],
  [{ bytesValue: Uint8Array.of(255, 1) }, "ff01"],
  [{ arrayValue: { values: [{ intValue: 1n }, { stringValue: "b" }] } }, "[1, b]"],
  [{ kvlistValue: { values: [{ key: "k", value: { boolValue: true } }] } }, "{k: true}"],
  [{}, ""],
  [undefined, ""],
])("an attribute value is shown as text: %#", (value, text) => {
  expect(textOfValue(value)).toBe(text);
});
