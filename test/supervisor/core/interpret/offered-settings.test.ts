import { test, expect } from "vitest";
import {
  type ConnectionSettingsOffers,
  AgentCapability as Can,
} from "../../../../src/opamp-client/wire/messages.ts";
import { settingsOfferOf } from "../../../../src/supervisor/core/interpret/offered-settings.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const all = 0xffffn;
const everything: ConnectionSettingsOffers = {
  hash: Uint8Array.of(1, 2),
  opamp: {
    destinationEndpoint: "wss://other/v1/opamp",
    headers: { headers: [{ key: "Authorization", value: "Bearer abcdef" }] },
    certificate: { cert: bytes("CERT"), caCert: bytes("CA") },
    heartbeatIntervalSeconds: 15n,
    tls: { caPemContents: "CA", minVersion: "1.3" },
    proxy: { url: "proxy:3128", connectHeaders: { headers: [{ key: "A", value: "b" }] } },
  },
  ownMetrics: { destinationEndpoint: "https://m/v1/metrics" },
  ownTraces: { destinationEndpoint: "" },
  ownLogs: {
    destinationEndpoint: "https://l/v1/logs",
    certificate: { cert: bytes("C"), privateKey: bytes("K") },
  },
  otherConnections: new Map([["otlp", { otherSettings: new Map([["compression", "gzip"]]) }]]),
};

test("an offer becomes plain data, its hash byte for byte", () => {
  expect(settingsOfferOf(everything, all)).toMatchObject({
    hash: "0102",
    opamp: {
      endpoint: "wss://other/v1/opamp",
      headers: [["Authorization", "Bearer abcdef"]],
      certificate: { cert: "CERT", key: undefined },
      tls: { ca: "CA", includeSystemCa: false, skipVerify: false, minVersion: "1.3" },
      proxy: { url: "proxy:3128", headers: [["A", "b"]] },
      heartbeatSeconds: 15,
    },
    telemetry: {
      metrics: { endpoint: "https://m/v1/metrics", headers: [] },
      traces: { endpoint: "" },
      logs: { certificate: { cert: "C", key: "K" } },
    },
    others: [["otlp", { endpoint: "", settings: [["compression", "gzip"]] }]],
  });
});

test.each([
  [Can.AcceptsOpampConnectionSettings, "opamp", 0],
  [Can.ReportsOwnMetrics, undefined, 1],
  [Can.ReportsOwnLogs, undefined, 1],
  [Can.ReportsOwnTraces, undefined, 1],
])("C-131 with bit %s alone only its kind is taken", (bit, kind, signals) => {
  const offer = settingsOfferOf(everything, bit);
  expect(offer?.opamp === undefined).toBe(kind === undefined);
  expect(Object.keys(offer?.telemetry ?? {})).toHaveLength(signals);
  expect(offer?.others).toEqual([]);
});

test("C-131 without any bit there is no offer", () => {
  expect(settingsOfferOf(everything, Can.ReportsStatus)).toBeUndefined();
});

test("an offer without a hash is told from another by what it holds", () => {
  const nameless: ConnectionSettingsOffers = { ...everything, hash: new Uint8Array() };
  const [one, same] = [settingsOfferOf(nameless, all), settingsOfferOf(nameless, all)];
  const other = settingsOfferOf({ ...nameless, ownTraces: {} }, all);
  expect(one?.hash).toBe("");
  expect(one?.digest).toBe(same?.digest);
  expect(settingsOfferOf({ ...nameless, ownLogs: {} }, all)?.digest).not.toBe(one?.digest);
  expect(other?.digest).toBe(one?.digest);
});

test("an interval that no timer holds is a year", () => {
  const offer = settingsOfferOf({ opamp: { heartbeatIntervalSeconds: 2n ** 64n - 1n } }, all);
  expect(offer?.opamp?.heartbeatSeconds).toBe(31_536_000);
});
