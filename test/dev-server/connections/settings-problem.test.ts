import { test, expect } from "vitest";
import type { ConnectionSettings } from "../../../src/dev-server/connections/connection-settings.ts";
import { settingsProblem } from "../../../src/dev-server/connections/settings-problem.ts";

const to = (destinationEndpoint: string): object => ({ destinationEndpoint });
const headers = (key: string, value: string): object => ({
  headers: { headers: [{ key, value }] },
});

test.each<[string, ConnectionSettings]>([
  ["another server", { opamp: to("wss://opamp.example.com/v1/opamp") }],
  ["another server over plain HTTP", { opamp: to("http://127.0.0.1:4320") }],
  ["the same server with a header", { opamp: headers("Authorization", "Bearer a") }],
  ["own metrics", { ownMetrics: to("https://otlp.example.com/v1/metrics") }],
  ["no own metrics any more", { ownMetrics: {} }],
  ["another connection of any form", { otherConnections: new Map([["kafka", to("broker:9092")]]) }],
  ["a proxy and TLS", { opamp: { proxy: { url: "http://p:3128" }, tls: { minVersion: "1.3" } } }],
])("%s may be offered", (_, settings) => {
  expect(settingsProblem(settings)).toBeUndefined();
});

test.each<[string, ConnectionSettings, string]>([
  [
    "S-036 another scheme for a server",
    { opamp: to("ftp://a") },
    "ws://, wss://, http://, https://",
  ],
  ["S-036 no URL at all", { opamp: to("example.com") }, "expected a URL"],
  ["S-036 a server for telemetry", { ownLogs: to("wss://a") }, "the endpoint of own_logs"],
  ["S-037 a proxy without address", { opamp: { proxy: {} } }, "expected an address"],
  ["another scheme for a proxy", { opamp: { proxy: { url: "socks5://p" } } }, "proxy of opamp"],
  ["a header without a name", { ownTraces: headers("", "x") }, "headers of own_traces"],
  ["a line break in a value", { opamp: headers("a", "secret\r\nb: c") }, "in header 1"],
  ["an unknown TLS version", { opamp: { tls: { minVersion: "2" } } }, "found 2"],
  ["heartbeats before now", { opamp: { heartbeatIntervalSeconds: -1n } }, "0 or more"],
  ["another connection without a name", { otherConnections: new Map([["", {}]]) }, "a name"],
])("%s is refused, with what was expected", (_, settings, why) => {
  expect(settingsProblem(settings)).toContain(why);
  expect(settingsProblem(settings)).not.toContain("secret");
});
