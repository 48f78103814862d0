import { test, expect } from "vitest";
import type { Address } from "../../src/policy/addresses.ts";
import { checkRules } from "../../src/policy/check-policy.ts";
import { faultOfHost, destinationsOf, hostsIn } from "../../src/policy/hosts.ts";
import { rulesOf, pipeline, found } from "../helpers/core/rules.ts";

const ours = rulesOf({
  exporter_hosts: {
    allow: ["*.example.com", "10.0.0.0/8", "localhost"],
    deny: ["old.example.com"],
  },
});
const notEvil = rulesOf({ exporter_hosts: { deny: ["evil.net", "*.evil.net", "10.0.0.5"] } });

const sendingTo = (endpoint: string): string =>
  pipeline("nop: {}", `otlphttp: {endpoint: ${JSON.stringify(endpoint)}}`);
const allow = ["exporter_hosts.allow exporters.otlphttp.endpoint"];
const deny = ["exporter_hosts.deny exporters.otlphttp.endpoint"];

test("hosts that are allowed pass", () => {
  for (const host of ["https://in.example.com/x", "10.1.2.3:4317", "localhost:1", "[::1]:1"]) {
    expect(found(ours, sendingTo(host)), host).toEqual([]);
  }
  expect(found(notEvil, sendingTo("https://good.net"))).toEqual([]);
});

test("hosts that are not allowed, or denied, do not pass", () => {
  expect(found(ours, sendingTo("https://evil.net/x"))).toEqual(allow);
  expect(found(ours, sendingTo("https://old.example.com/x"))).toEqual(deny);
  expect(found(notEvil, sendingTo("https://a.evil.net"))).toEqual(deny);
});

test.each([
  "https://EVIL.net",
  "https://evil.net.",
  "https://evil.net.:443",
  "https://good.net@evil.net/",
  "https://good.net:x@evil.net",
  "https://ｅvil。net",
  "dns:///evil.net:4317",
  "dns://good.net/evil.net:4317",
  "passthrough:///evil.net:4317",
  "good.net:1,evil.net:1",
  "me:pa55@tcp(evil.net:3306)/db",
  "Key=x;IngestionEndpoint=https://evil.net/",
  "http://[::ffff:10.0.0.5]/",
  "http://0x0a000005/",
  "http://167772165",
  "http://012.0.0.5",
  "${env:NONE:-https://evil.net}",
  "https://ev${env:NONE}il.net",
  "https://${env:NONE:-evil.net/}@good.net",
  "${env:A}${env:B}",
  "`evil`",
])("%s does not get round a denied host", (endpoint) => {
  expect(found(notEvil, sendingTo(endpoint))).toEqual(deny);
});

test.each([
  "https://in.example.com.evil.net",
  "https://evil.net/in.example.com",
  "https://evil.net#.example.com",
  "https://evil.net?.example.com",
  "https://evil.net\\.example.com",
  "https://in.example.com@evil.net",
  "https://in.example.com${env:NONE:-.evil.net}/",
  "https://evilexample.com",
  "http://11.0.0.1",
  "http://010.0.0.1",
  "${env:HOST}",
  "unix:///x.sock",
  "ipv4:10.0.0.1:1,11.0.0.1:1",
  "10.0.0.1:1,evil.net:1",
])("%s does not get round a list of what is allowed", (endpoint) => {
  expect(found(ours, sendingTo(endpoint))).toEqual(allow);
});

test("a variable of this machine may name the host where nothing but some hosts is denied", () => {
  expect(found(notEvil, sendingTo("${env:OTLP_ENDPOINT}"))).toEqual([]);
  expect(found(notEvil, sendingTo("https://good.net/${env:TOKEN}"))).toEqual([]);
});

test("an entry with a reference permits exactly that text", () => {
  const rules = rulesOf({ exporter_hosts: { allow: ["${env:OTLP_ENDPOINT}"] } });
  expect(found(rules, sendingTo("${env:OTLP_ENDPOINT}"))).toEqual([]);
  expect(found(rules, sendingTo("${env:OTLP_ENDPOINT:-evil.net}"))).toEqual(allow);
});

test.each([
  ["traces_endpoint", "otlphttp: {traces_endpoint: 'https://evil.net/x'}"],
  ["logs_endpoint", "otlphttp/a: {logs_endpoint: 'https://evil.net/x'}"],
  ["proxy_url", "otlphttp: {endpoint: 'https://in.example.com', proxy_url: 'http://evil.net'}"],
  ["protocol.otlp.endpoint", "loadbalancing: {protocol: {otlp: {endpoint: 'evil.net:1'}}}"],
  ["resolver.static.hostnames[0]", "loadbalancing: {resolver: {static: {hostnames: [evil.net]}}}"],
  ["resolver.dns.hostname", "loadbalancing: {resolver: {dns: {hostname: evil.net}}}"],
  ["resolver.k8s.service", "loadbalancing: {resolver: {k8s: {service: evil.net}}}"],
  ["brokers[1]", "kafka: {brokers: ['10.0.0.1:9092', 'evil.net:9092']}"],
  ["api.site", "datadog: {api: {site: evil.net}}"],
  ["ENDPOINT", "otlphttp: {ENDPOINT: 'https://evil.net'}"],
  ["sink", "thing: {sink: 'tcp://evil.net:1'}"],
])("the host at %s is judged", (place, exporter) => {
  const [first = "", ...rest] = found(ours, pipeline("nop: {}", exporter));
  expect(rest).toEqual([]);
  expect(first).toMatch(/^exporter_hosts\.allow exporters\.[a-z/]+\./);
  expect(first.endsWith(`.${place}`)).toBe(true);
});

test("keys with ::, binary texts, anchors and merge keys do not get round a list", () => {
  for (const exporter of [
    '{"sub::endpoint": "https://evil.net"}',
    "{endpoint: !!binary aHR0cHM6Ly9ldmlsLm5ldA==}",
    "{<<: {endpoint: 'https://evil.net'}}",
    "{endpoint: &x 'https://evil.net', logs_endpoint: *x}",
    '{endpoint: "https://\\x65vil.net"}',
  ]) {
    const violations = found(ours, pipeline("nop: {}", `otlphttp: ${exporter}`));
    expect(violations, exporter).not.toEqual([]);
  }
});

test("settings that a reference brings along are refused, single values are not", () => {
  const exporter = (value: string, key = "x"): string =>
    pipeline(
      "nop: {}",
      `otlphttp: {endpoint: 'https://in.example.com', ${key}: ${JSON.stringify(value)}}`,
    );
  for (const value of ["${yaml:endpoint: evil}", "${env:NONE:-endpoint: evil}", "${file:/x}"]) {
    expect(found(ours, exporter(value)), value).toEqual([
      "exporter_hosts.allow exporters.otlphttp.x",
    ]);
  }
  for (const value of ["${env:TIMEOUT}", "${env:TIMEOUT:-5s}"]) {
    expect(found(ours, exporter(value, "timeout")), value).toEqual([]);
  }
  expect(found(ours, exporter("${env:NONE:-evil.net}", "timeout"))).toHaveLength(1);
});

test("a secret may come from a file", () => {
  const text = pipeline(
    "nop: {}",
    "otlphttp: {endpoint: 'https://in.example.com', headers: {Authorization: '${file:/x}'}}",
  );
  expect(found(ours, text)).toEqual([]);
});

test("an exporter that names no host is refused unless its own one is allowed", () => {
  const text = pipeline("nop: {}", "awsxray: {region: eu-west-1}");
  expect(found(ours, text)).toEqual(["exporter_hosts.allow exporters.awsxray"]);
  const more = rulesOf({ exporter_hosts: { allow: ["10.0.0.1", "built-in"] } });
  expect(found(more, text)).toEqual([]);
  expect(found(notEvil, text)).toEqual([]);
});

test("exporters that send nothing away are not judged", () => {
  for (const exporter of [
    "debug: {}",
    "nop: {}",
    "file: {path: /x}",
    "prometheus: {endpoint: ':1'}",
  ]) {
    expect(found(ours, pipeline("nop: {}", exporter)), exporter).toEqual([]);
  }
});

test("the agent's own telemetry and extensions are judged too", () => {
  const telemetry =
    "service: {telemetry: {metrics: {readers: [{periodic: {exporter: {otlp: {endpoint: 'http://evil.net:1'}}}}]}}}\n";
  expect(found(ours, telemetry)).toEqual([
    "exporter_hosts.allow service.telemetry.metrics.readers[0].periodic.exporter.otlp.endpoint",
  ]);
  const extension =
    "extensions: {oauth2client: {token_url: 'https://evil.net/t'}}\nservice: {extensions: [oauth2client]}\n";
  expect(found(ours, extension)).toEqual([
    "exporter_hosts.allow extensions.oauth2client.token_url",
  ]);
  const server =
    "extensions: {opamp: {server: {ws: {endpoint: 'wss://evil.net/x'}}}}\nservice: {extensions: [opamp]}\n";
  expect(found(ours, server)).toEqual(["exporter_hosts.allow extensions.opamp.server.ws.endpoint"]);
});

test("the address of settings that are fetched is judged", () => {
  expect(found(ours, "a: x${http://evil.net/y}\n")).toEqual(["exporter_hosts.allow a"]);
});

test("what a receiver asks, and an exporter that nothing uses, is not judged", () => {
  expect(found(ours, pipeline("redis: {endpoint: 'evil.net:1'}"))).toEqual([]);
  expect(found(ours, "exporters: {otlp: {endpoint: 'evil.net:1'}}\n")).toEqual([]);
});

test("logins and paths are not shown", () => {
  const text = sendingTo("https://me:pa55@evil.net/pa55?x=pa55");
  const [first] = checkRules(ours, text, (path) => path);
  expect(first?.found).toBe("https://evil.net");
});

test("an entry is a host, a range or the word for built-in hosts", () => {
  for (const entry of ["a.example", "*.example", "10.0.0.0/8", "[::1]:1", "built-in", "${env:X}"]) {
    expect(faultOfHost(entry), entry).toBeUndefined();
  }
  for (const entry of ["", "https://a.example", "a b", "*", "10.0.0.0/99"]) {
    expect(faultOfHost(entry), entry).toBeDefined();
  }
});

function textOf({ host, port }: Address): string {
  const name = host.is === "name" ? host.name : host.is === "ip" ? "ip" : "any";
  return port === "" ? name : `${name}:${port}`;
}

test.each([
  ["a.example", ["a.example"]],
  ["A.example.:4317", ["a.example:4317"]],
  ["https://a.example/x?y=https://b.example", ["a.example:443"]],
  ["http://user:pa55@a.example:80/@b.example", ["a.example:80"]],
  ["https://a.example?@b.example", ["a.example:443"]],
  ["https://a.example#@b.example", ["a.example:443"]],
  ["WSS://a.example", ["a.example:443"]],
  ["a:1,b:2", ["a:1", "b:2"]],
  ["mongodb://a:1,b:2/db", ["a:1", "b:2"]],
  ["dns:///a.example:4317", ["a.example:4317"]],
  ["dns:a.example:4317", ["a.example:4317"]],
  ["DNS://b.example/a.example:4317", ["b.example", "a.example:4317"]],
  ["passthrough:///a.example:1", ["a.example:1"]],
  ["passthrough:a.example:1", ["a.example:1"]],
  ["ipv4:10.0.0.1:1,10.0.0.2:2", ["ip:1", "ip:2"]],
  ["ipv6:[fd00::1]:1", ["ip:1"]],
  ["Key=x;Endpoint=https://a.example/;Live=https://b.example/", ["a.example:443", "b.example:443"]],
  ["https://a.example/${env:TOKEN}", ["a.example:443"]],
])("%s leads to %j", (text, expected) => {
  const { addresses, unclear } = destinationsOf(text);
  expect([addresses.map(textOf), unclear]).toEqual([expected, false]);
});

test.each([
  "${env:HOST}:4317",
  "https://${env:HOST}/x",
  "https://${env:LOGIN}@a.example/",
  "https://a.example${env:REST}",
  "https://a.example:${env:PORT}/",
  "a${env:NONE}.example",
  "me:pa55@tcp(a.example:3306)/db",
  "https://a b/",
  "https://a.example\\@b.example/",
  "unix:///x.sock",
  "${env:SCHEME}://a.example",
])("where %s leads cannot be known", (text) => {
  expect(destinationsOf(text).unclear).toBe(true);
});

test("of a text whose form is not known every word counts as a host", () => {
  expect(hostsIn("me:pa55@tcp(a.example:3306)/[fd00::1]").map(textOf)).toContain("a.example");
});
