import { test, expect } from "vitest";
import { faultOfAddress } from "../../src/policy/listen.ts";
import { rulesOf, pipeline, found } from "../helpers/core/rules.ts";

const near = rulesOf({ listen: { allow: ["localhost", "10.0.0.5:4317"] } });
const notAll = rulesOf({ listen: { deny: ["0.0.0.0"] } });

const listeningOn = (endpoint: string): string =>
  pipeline(`otlp: {protocols: {grpc: {endpoint: ${JSON.stringify(endpoint)}}}}`);
const place = "receivers.otlp.protocols.grpc.endpoint";

test("addresses that are allowed pass", () => {
  for (const endpoint of [
    "localhost:1",
    "127.0.0.1:1",
    "[::1]:1",
    "10.0.0.5:4317",
    "LOCALHOST:1",
  ]) {
    expect(found(near, listeningOn(endpoint)), endpoint).toEqual([]);
  }
  expect(found(notAll, listeningOn("10.0.0.5:1"))).toEqual([]);
});

test("addresses that are not allowed, or denied, do not pass", () => {
  expect(found(near, listeningOn("10.0.0.5:4318"))).toEqual([`listen.allow ${place}`]);
  expect(found(near, listeningOn("10.0.0.6:4317"))).toEqual([`listen.allow ${place}`]);
  expect(found(notAll, listeningOn("0.0.0.0:4317"))).toEqual([`listen.deny ${place}`]);
});

test.each([
  ":4317",
  "",
  "[::]:4317",
  "[::ffff:0.0.0.0]:4317",
  "[0:0:0:0:0:0:0:0]:4317",
  "[::%lo]:4317",
  "0:4317",
  "0x0:4317",
  "00.0.0.0:04317",
  "tcp://0.0.0.0:4317",
  "${env:NONE}:4317",
  "${env:NONE:-0.0.0.0}:4317",
  "${env:NONE:-0.0.0.0:4317}",
  "0.0.${env:NONE}0.0:4317",
  '`"0.0.0.0"`:4317',
])("%s does not get round either kind of list", (endpoint) => {
  expect(found(notAll, listeningOn(endpoint))).toEqual([`listen.deny ${place}`]);
  expect(found(near, listeningOn(endpoint))).toEqual([`listen.allow ${place}`]);
});

test("all interfaces are refused where one address is denied", () => {
  const rules = rulesOf({ listen: { deny: ["10.0.0.5:4317"] } });
  expect(found(rules, listeningOn(":4317"))).toEqual([`listen.deny ${place}`]);
  expect(found(rules, listeningOn(":4318"))).toEqual([]);
  expect(found(rules, listeningOn("10.0.0.5:+04317"))).toEqual([`listen.deny ${place}`]);
  expect(found(rules, listeningOn("10.0.0.5:otlp"))).toEqual([`listen.deny ${place}`]);
});

test("a name is compared and not looked up", () => {
  expect(found(near, listeningOn("localhost.evil.net:1"))).toEqual([`listen.allow ${place}`]);
  expect(found(notAll, listeningOn("any.evil.net:1"))).toEqual([]);
});

test("a variable of this machine may name the address where only some are denied", () => {
  expect(found(notAll, listeningOn("${env:ADDRESS}"))).toEqual([]);
  expect(found(near, listeningOn("${env:ADDRESS}"))).toEqual([`listen.allow ${place}`]);
});

test("an entry with a reference permits exactly that text", () => {
  const rules = rulesOf({ listen: { allow: ["${env:MY_POD_IP}:4317"] } });
  expect(found(rules, listeningOn("${env:MY_POD_IP}:4317"))).toEqual([]);
  expect(found(rules, listeningOn("${env:NONE}:4317"))).toHaveLength(1);
});

test("an address that is not written is the usual one", () => {
  const bare = pipeline("otlp: {protocols: {grpc: , http: {}}}");
  expect(found(near, bare)).toEqual([]);
  expect(found(rulesOf({ listen: { allow: ["10.0.0.5"] } }), bare)).toEqual([
    "listen.allow receivers.otlp.protocols.grpc",
    "listen.allow receivers.otlp.protocols.http",
  ]);
  expect(found(rulesOf({ listen: { deny: ["localhost"] } }), pipeline("zipkin: "))).toEqual([
    "listen.deny receivers.zipkin",
  ]);
  expect(found(notAll, pipeline("netflow: {port: 2055}"))).toEqual([
    "listen.deny receivers.netflow",
  ]);
});

test.each([
  ["a receiver with listen_address", pipeline("tcplog: {listen_address: ':1'}")],
  ["a receiver with parts", pipeline("syslog: {tcp: {listen_address: ':1'}}")],
  ["a receiver with host and port", pipeline("netflow: {hostname: '', port: 1}")],
  ["a receiver that is not known here", pipeline("thing: {endpoint: ':1'}")],
  ["keys with ::", pipeline("otlp: {'protocols::grpc::endpoint': ':1'}")],
  ["a binary text", pipeline("otlp: {protocols: {grpc: {endpoint: !!binary OjE=}}}")],
  ["a merge key", pipeline("otlp: {protocols: {grpc: {<<: {endpoint: ':1'}}}}")],
  ["an exporter that is asked", pipeline("nop: {}", "prometheus: {endpoint: ':1'}")],
  ["an extension", "extensions: {pprof: {endpoint: ':1'}}\nservice: {extensions: [pprof]}\n"],
  [
    "a receiver that another starts",
    pipeline(
      "receiver_creator: {receivers: {otlp: {config: {protocols: {grpc: {endpoint: ':1'}}}}}}",
    ),
  ],
  [
    "a reader of the agent's own metrics",
    "service: {telemetry: {metrics: {readers: [{pull: {exporter: {prometheus: {host: '', port: 1}}}}]}}}\n",
  ],
  ["the older key for its own metrics", "service: {telemetry: {metrics: {address: ':1'}}}\n"],
  [
    "the supervisor's health check moved",
    "extensions: {health_check: {endpoint: ':13133'}}\nservice: {extensions: [health_check]}\n",
  ],
])("%s is seen", (_, text) => {
  expect(found(notAll, text)).toHaveLength(1);
});

test("a URL to ask, a socket file and what a component asks are no addresses to listen on", () => {
  const rules = rulesOf({ listen: { allow: [] } });
  for (const text of [
    pipeline("nginx: {endpoint: 'http://10.0.0.1/status'}"),
    pipeline("redis: {endpoint: '10.0.0.1:6379'}"),
    pipeline("thing: {endpoint: /run/x.sock}"),
    pipeline("nop: {}", "otlp: {endpoint: '10.0.0.1:4317'}"),
  ]) {
    expect(found(rules, text), text).toEqual([]);
  }
});

test("what the supervisor adds itself is not refused", () => {
  const rules = rulesOf({ listen: { allow: ["10.0.0.5"] } });
  const text =
    "extensions: {health_check: {endpoint: 'localhost:13133'}}\nservice: {extensions: [health_check], telemetry: {metrics: {readers: [{pull: {exporter: {prometheus: {host: localhost, port: 8888}}}}]}}}\n";
  expect(found(rules, text)).toEqual([]);
  // Moved because the usual port is taken: only the one that was really added.
  const moved = text.replace("8888", "8889");
  expect(found(rules, moved)).not.toEqual([]);
  expect(found({ ...rules, ownReaders: ["localhost:8889"] }, moved)).toEqual([]);
});

test("an entry is an address", () => {
  for (const entry of ["localhost", ":4317", "[::]:1", "10.0.0.0/8", "${env:X}:1"]) {
    expect(faultOfAddress(entry), entry).toBeUndefined();
  }
  for (const entry of ["http://x", "a b", "*"]) expect(faultOfAddress(entry), entry).toBeDefined();
});
