import { test, expect } from "vitest";
import {
  type ConnectionSettings,
  hashOfSettings,
  mergeSettings,
  withoutCertificate,
  withCertificate,
  offerable,
} from "../../../src/dev-server/connections/connection-settings.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const whole: ConnectionSettings = {
  opamp: {
    destinationEndpoint: "wss://a",
    headers: { headers: [{ key: "k", value: "v" }] },
    certificate: { cert: bytes("c"), privateKey: bytes("k"), caCert: bytes("a") },
    heartbeatIntervalSeconds: 5n,
    tls: { caPemContents: "ca", includeSystemCaCertsPool: false, minVersion: "1.2" },
    proxy: { url: "http://proxy", connectHeaders: { headers: [{ key: "p", value: "q" }] } },
  },
  ownMetrics: { destinationEndpoint: "https://m" },
  ownLogs: { destinationEndpoint: "https://l" },
  ownTraces: { destinationEndpoint: "https://t" },
  otherConnections: new Map([["o", { otherSettings: new Map([["x", "y"]]) }]]),
};
const opamp = whole.opamp!;
const changed = (part: object): ConnectionSettings => ({ ...whole, opamp: { ...opamp, ...part } });
const hex = (settings: ConnectionSettings): string =>
  Buffer.from(hashOfSettings(settings)).toString("hex");

test.each<[string, ConnectionSettings]>([
  ["endpoint", changed({ destinationEndpoint: "wss://b" })],
  ["value of a header", changed({ headers: { headers: [{ key: "k", value: "w" }] } })],
  ["heartbeat", changed({ heartbeatIntervalSeconds: 6n })],
  ["certificate", changed({ certificate: { ...opamp.certificate, cert: bytes("d") } })],
  ["key", changed({ certificate: { ...opamp.certificate, privateKey: bytes("l") } })],
  [
    "certificate's authority",
    changed({ certificate: { ...opamp.certificate, caCert: bytes("b") } }),
  ],
  ["authority", changed({ tls: { ...opamp.tls, caPemContents: "cb" } })],
  ["TLS version", changed({ tls: { ...opamp.tls, minVersion: "1.3" } })],
  ["proxy", changed({ proxy: { ...opamp.proxy, url: "http://other" } })],
  ["proxy's headers", changed({ proxy: { url: "http://proxy" } })],
  ["own metrics", { ...whole, ownMetrics: {} }],
  ["own logs", { ...whole, ownLogs: {} }],
  ["own traces", { ...whole, ownTraces: {} }],
  ["name of another connection", { ...whole, otherConnections: new Map([["p", {}]]) }],
  [
    "setting of another connection",
    { ...whole, otherConnections: new Map([["o", { otherSettings: new Map([["x", "z"]]) }]]) },
  ],
])("S-034 the hash changes with the %s", (_, settings) => {
  expect(hex(settings)).not.toBe(hex(whole));
});

test("the order of names changes nothing", () => {
  const [a, b] = [{ destinationEndpoint: "a" }, { destinationEndpoint: "b" }];
  const settings = (...pairs: readonly [string, object][]): ConnectionSettings => ({
    otherConnections: new Map(pairs),
  });
  expect(hex(settings(["x", a], ["y", b]))).toBe(hex(settings(["y", b], ["x", a])));
});

test("another connection is added by its name and replaced by it", () => {
  const wish = (name: string, to: string): ConnectionSettings => ({
    otherConnections: new Map([[name, { destinationEndpoint: to }]]),
  });
  const merged = mergeSettings(mergeSettings(wish("a", "1"), wish("b", "2")), wish("a", "3"));
  expect([...merged.otherConnections!]).toEqual([
    ["a", { destinationEndpoint: "3" }],
    ["b", { destinationEndpoint: "2" }],
  ]);
});

test("a certificate comes and goes without the rest", () => {
  const rest: ConnectionSettings = { opamp: { destinationEndpoint: "wss://a" } };
  expect(withoutCertificate(withCertificate(rest, { cert: bytes("c") }))).toEqual(rest);
  expect(withoutCertificate(withCertificate(undefined, { cert: bytes("c") }))).toBeUndefined();
});

test("S-035 who takes nothing of it can be offered nothing", () => {
  expect(offerable(whole, 0x1n)).toBeUndefined();
});
