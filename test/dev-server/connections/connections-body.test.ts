import { test, expect } from "vitest";
import { readConnections } from "../../../src/dev-server/connections/connections-body.ts";

test("S-041 all that the form has becomes what goes on the wire", () => {
  const body = {
    opamp: {
      endpoint: " wss://a/v1/opamp ",
      headers: "Authorization: Bearer a:b\n\nX-Org:  7 \r\n",
      heartbeat_seconds: 0,
      ca: "-----BEGIN CERTIFICATE-----",
      min_tls_version: "1.3",
      proxy: "http://p:3128",
      new_certificate: true,
    },
    own_metrics: { endpoint: "https://m", headers: "a: b" },
    own_logs: { endpoint: "" },
    other_connections: { backend: { endpoint: "https://b", headers: "" } },
  };
  expect(readConnections(body)).toEqual({
    newCertificate: true,
    settings: {
      opamp: {
        destinationEndpoint: "wss://a/v1/opamp",
        headers: {
          headers: [
            { key: "Authorization", value: "Bearer a:b" },
            { key: "X-Org", value: "7" },
          ],
        },
        heartbeatIntervalSeconds: 0n,
        tls: { caPemContents: "-----BEGIN CERTIFICATE-----", minVersion: "1.3" },
        proxy: { url: "http://p:3128" },
      },
      ownMetrics: {
        destinationEndpoint: "https://m",
        headers: { headers: [{ key: "a", value: "b" }] },
      },
      ownLogs: {},
      otherConnections: new Map([["backend", { destinationEndpoint: "https://b" }]]),
    },
  });
});

test("parts that are left out, or empty, are not there", () => {
  const opamp = { endpoint: "", headers: " \n", ca: "", min_tls_version: "", proxy: "" };
  expect(readConnections({ opamp })).toEqual({ newCertificate: false, settings: { opamp: {} } });
});

test.each<[unknown, string]>([
  [undefined, "expected the body to be an object"],
  [[], "expected the body to be an object"],
  [{}, "expected one of opamp, own_metrics"],
  [{ opamp: "a" }, "expected opamp to be an object"],
  [{ opamp: { endpoint: 7 } }, "expected opamp.endpoint to be a text"],
  [{ opamp: { heartbeat_seconds: 1.5 } }, "expected opamp.heartbeat_seconds"],
  [{ opamp: { heartbeat_seconds: "1" } }, "expected opamp.heartbeat_seconds"],
  [{ opamp: { new_certificate: "yes" } }, "expected opamp.new_certificate"],
  [{ opamp: { secret: 1 } }, "expected only endpoint, headers"],
  [{ own_logs: { headers: "a: b\nsecret" } }, "expected line 2 of own_logs.headers"],
  [{ own_traces: { headers: ": secret" } }, "expected line 1 of own_traces.headers"],
  [{ own_traces: { ca: "secret" } }, "expected only endpoint, headers"],
  [{ other_connections: { a: 1 } }, "expected other_connections a to be an object"],
])("%j is refused, and nothing of it that may be secret is said", (body, why) => {
  const read = readConnections(body);
  expect(read).toContain(why);
  expect(read).not.toContain("secret");
});
