import { expect, test } from "vitest";
import type { Address } from "../../../src/supervisor/core/rules-addresses.ts";
import { destinationsOf, hostsIn } from "../../../src/supervisor/core/rules-destinations.ts";

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
