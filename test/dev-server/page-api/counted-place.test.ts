import fc from "fast-check";
import { expect, test } from "vitest";
import {
  countedPlace,
  knowProxies,
  proxyProblem,
} from "../../../src/dev-server/page-api/counted-place.ts";

const named = ["127.0.0.1", "10.1.0.0/16", "fd00:1::/64", "2001:db8::5"];
const isProxy = knowProxies(named);
const nobody = knowProxies([]);

/** By what somebody is counted who comes without a proxy. */
function alone(address: string): string {
  return countedPlace(address, undefined, nobody);
}

test.each([
  ["127.0.0.1", undefined, "127.0.0.1"],
  ["127.0.0.1", "198.51.100.7", "198.51.100.7"],
  ["::ffff:127.0.0.1", "198.51.100.7", "198.51.100.7"],
  ["127.0.0.1", "198.51.100.7, 203.0.113.9", "203.0.113.9"],
  ["127.0.0.1", "198.51.100.7,203.0.113.9 , 10.1.2.3", "203.0.113.9"],
  ["fd00:1::9", "2001:db8:7::1, 2001:DB8:0::5", "2001:db8:7::1"],
  ["127.0.0.1", "198.51.100.7:4711", "198.51.100.7"],
  ["127.0.0.1", "[2001:db8:7::1]:4711", "2001:db8:7::1"],
  ["127.0.0.1", "rubbish, 203.0.113.9", "203.0.113.9"],
  // What cannot be read, or names nobody but proxies, says nothing of who came.
  ["127.0.0.1", "203.0.113.9, rubbish", "127.0.0.1"],
  ["127.0.0.1", "203.0.113.9,", "127.0.0.1"],
  ["127.0.0.1", "", "127.0.0.1"],
  ["127.0.0.1", "unknown", "127.0.0.1"],
  ["127.0.0.1", "fe80::1%eth0", "127.0.0.1"],
  ["127.0.0.1", "203.0.113.999", "127.0.0.1"],
  ["127.0.0.1", "10.1.2.3, 10.1.2.4", "127.0.0.1"],
  // Whoever is no proxy says nothing of others.
  ["203.0.113.9", "198.51.100.7", "203.0.113.9"],
  ["10.2.0.1", "198.51.100.7", "10.2.0.1"],
  ["fd00:1:0:1::9", "198.51.100.7", "fd00:1:0:1::9"],
])("from %s with the header %j %s is counted", (peer, header, counted) => {
  expect(countedPlace(peer, header, isProxy)).toBe(alone(counted));
});

test("an IPv6 client is counted by its /64, and an IPv4 one by its address in either dress", () => {
  expect(alone("2001:db8:7:8::1")).toBe(alone("2001:0DB8:7:8:ffff:ffff:ffff:ffff"));
  expect(alone("2001:db8:7:8::1")).not.toBe(alone("2001:db8:7:9::1"));
  expect(alone("fe80::1%eth0")).toBe(alone("fe80::2%eth1"));
  expect(alone("::ffff:192.0.2.1")).toBe(alone("192.0.2.1"));
  expect(alone("192.0.2.1")).not.toBe(alone("192.0.2.2"));
  expect(alone("::1")).not.toBe(alone("0.0.0.0"));
});

test.each([...named, "::1", "::/1", "10.0.0.7/8", "::ffff:10.0.0.0/104", "0.0.0.0/1"])(
  "%s is taken for a proxy",
  (text) => {
    expect(proxyProblem(text)).toBeUndefined();
  },
);

test.each([
  ["", "found nothing"],
  ["localhost", "found localhost"],
  ["proxy.example", "found proxy.example"],
  ["10.0.0", "found 10.0.0"],
  ["10.0.0.0/33", "found 10.0.0.0/33"],
  ["10.0.0.0/", "found 10.0.0.0/"],
  ["10.0.0.0/-1", "found 10.0.0.0/-1"],
  ["10.0.0.0/8/8", "found 10.0.0.0/8/8"],
  ["fd00::/129", "found fd00::/129"],
  ["::ffff:10.0.0.0/95", "found ::ffff:10.0.0.0/95"],
  ["[::1]", "found [::1]"],
  ["127.0.0.1:8080", "found 127.0.0.1:8080"],
  ["fe80::1%eth0", "found fe80::1%eth0"],
  ["0.0.0.0/0", "that of all addresses: 0.0.0.0/0"],
  ["::/0", "that of all addresses: ::/0"],
  ["*", "found *"],
])("%j is no proxy", (text, why) => {
  expect(proxyProblem(text)).toContain(why);
});

const proxies = fc.constantFrom("127.0.0.1", "10.1.9.9", "fd00:1::abc", "2001:db8::5");
const address = fc.oneof(fc.ipV4(), fc.ipV6());
const client = address.filter((each) => !isProxy(each));
const piece = fc.oneof(fc.string(), address, proxies, fc.constantFrom("", ",", " ", "127.0.0.1:1"));
const written = fc.option(fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join(",")));

test("a client cannot choose what it is counted by, whatever it writes and however many proxies are between", () => {
  fc.assert(
    fc.property(client, written, fc.array(proxies, { minLength: 1 }), (from, header, way) => {
      // Each proxy writes whom it has heard behind what has come.
      const heard = [from, ...way.slice(0, -1)];
      const sent = [...(header === null ? [] : [header]), ...heard].join(", ");
      expect(countedPlace(way.at(-1), sent, isProxy)).toBe(alone(from));
      expect(countedPlace(from, header ?? undefined, isProxy)).toBe(alone(from));
    }),
    { numRuns: 2_000 },
  );
});

test("whatever comes from wherever, what is counted is short and that of an address", () => {
  fc.assert(
    fc.property(fc.oneof(address, fc.string()), written, (peer, header) => {
      const counted = countedPlace(peer, header ?? undefined, isProxy);
      expect(counted).toMatch(/^(?:|ipv[46] [0-9a-f]{1,16})$/);
    }),
    { numRuns: 2_000 },
  );
});

test("each address is inside of each network that has its first bits, and of no other", () => {
  const bits = fc.nat({ max: 0xffffffff });
  fc.assert(
    fc.property(bits, bits, fc.integer({ min: 1, max: 32 }), (one, other, prefix) => {
      const text = (value: number): string =>
        [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join(".");
      const isSame = one >>> (32 - prefix) === other >>> (32 - prefix);
      expect(knowProxies([`${text(one)}/${prefix}`])(text(other))).toBe(isSame);
    }),
  );
});
