import { wallTime } from "../../../../src/supervisor/core/state/wall-clock.ts";
import fc from "fast-check";
import { test, expect } from "vitest";
import type { OfferedTls } from "../../../../src/agent-config/connections.ts";
import { makeCertificate } from "../../../../src/dev-server/connections/self-signed.ts";
import {
  joinOpamp,
  mergeOffer,
  sameConnection,
  tlsVersion,
  readCertificate,
} from "../../../../src/supervisor/core/connections/merge-server.ts";
import type { OfferLimits } from "../../../../src/supervisor/core/state/core-settings.ts";
import type {
  ServerSettingsInForce,
  OpampOffer,
} from "../../../../src/supervisor/core/state/offers.ts";
import { policy } from "../../../helpers/core/core-samples.ts";
import { opampOffer } from "../../../helpers/core/offers.ts";

const ours = makeCertificate(1_700_000_000_000);
const other = makeCertificate(1_700_000_000_000);
const tls: OfferedTls = {
  ca: "",
  includeSystemCa: false,
  skipVerify: false,
  minVersion: "",
  maxVersion: "",
  cipherSuites: [],
};
const inForce: ServerSettingsInForce = {
  endpoint: "wss://second.example.com/v1/opamp",
  headers: [["Authorization", "Bearer second"]],
  certificate: undefined,
  tls: { ...tls, ca: "CA of the second" },
  proxy: { url: "proxy:1", headers: [] },
  heartbeatSeconds: 20,
};

function merged(
  changes: Partial<OpampOffer>,
  before: ServerSettingsInForce | "nothing" = inForce,
  limits: Partial<OfferLimits> = {},
): ServerSettingsInForce {
  const current = before === "nothing" ? undefined : before;
  const result = mergeOffer(current, opampOffer(changes), undefined, {
    ...policy.offerLimits,
    ...limits,
  });
  if (result.is === "refused") throw new Error(result.why);
  return result.settings;
}

test.each<[string, Partial<OpampOffer>, Partial<ServerSettingsInForce>]>([
  [
    "C-146 no endpoint leaves the server",
    { headers: [["A", "b"]] },
    { endpoint: inForce.endpoint },
  ],
  ["no headers leave the headers", { endpoint: "wss://third" }, { headers: inForce.headers }],
  ["C-147 headers replace all former ones", { headers: [["A", "b"]] }, { headers: [["A", "b"]] }],
  ["C-156 no TLS leaves TLS", { endpoint: "wss://third" }, { tls: inForce.tls }],
  ["C-155 TLS replaces the former", { tls: { ...tls, ca: "CA" } }, { tls: { ...tls, ca: "CA" } }],
  ["TLS without an authority leaves that", { tls }, { tls: { ...tls, ca: "CA of the second" } }],
  ["C-164 no proxy leaves the proxy", { endpoint: "wss://third" }, { proxy: inForce.proxy }],
  [
    "C-163 a proxy replaces the former",
    { proxy: { url: "b:2", headers: [] } },
    { proxy: { url: "b:2", headers: [] } },
  ],
  ["C-093 C-151 an interval counts alone", { heartbeatSeconds: 5 }, { heartbeatSeconds: 5 }],
  [
    "an interval counts beside other parts",
    { heartbeatSeconds: 5, headers: [] },
    { heartbeatSeconds: 5 },
  ],
  ["C-094 zero and nothing else ends heartbeats", {}, { heartbeatSeconds: 0 }],
  ["C-094 zero with an endpoint does", { endpoint: "wss://third" }, { heartbeatSeconds: 0 }],
  ["C-094 zero beside headers alone says nothing", { headers: [] }, { heartbeatSeconds: 20 }],
  ["C-094 zero beside TLS alone says nothing", { tls }, { heartbeatSeconds: 20 }],
])("%s", (_, offer, expected) => {
  expect(merged(offer)).toMatchObject(expected);
});

test("an address is completed as one in supervisor.yaml is", () => {
  expect(merged({ endpoint: "wss://third" }).endpoint).toBe("wss://third/v1/opamp");
});

test("C-148 a certificate is taken with its key, C-149 and replaces the former", () => {
  const { certificate } = merged({ certificate: ours });
  expect(certificate).toMatchObject({ ...ours, stale: false });
  expect(certificate?.expiresAt.unixMs).toBeGreaterThan(certificate?.validFrom.unixMs ?? Infinity);
  const next = merged({ certificate: other }, merged({ certificate: ours }));
  expect(next.certificate?.cert).toBe(other.cert);
});

test("C-150 no certificate leaves the one in force: servers send only what they change", () => {
  const before = merged({ certificate: ours });
  expect(merged({ headers: [] }, before).certificate).toEqual(before.certificate);
});

test("C-174 an answer to a request of ours is paired with the key that stayed here", () => {
  const answer = opampOffer({ certificate: { cert: ours.cert, key: undefined } });
  const limits = policy.offerLimits;
  expect(mergeOffer(undefined, answer, ours.key, limits)).toMatchObject({
    is: "settings",
    settings: { certificate: { key: ours.key } },
  });
  const wrong = mergeOffer(undefined, answer, other.key, limits);
  expect(wrong).toEqual({
    is: "refused",
    why: "the offered certificate: it is for another private key",
  });
});

const limits = policy.offerLimits;
test.each<[string, Partial<OpampOffer>, Partial<OfferLimits>, string]>([
  ["C-146 another scheme", { endpoint: "ftp://x" }, {}, "the scheme ws, wss, http or https"],
  ["C-146 no host", { endpoint: "wss://" }, {}, "a host name or address"],
  [
    "C-168 no key",
    { certificate: { cert: ours.cert, key: undefined } },
    {},
    "without its private key",
  ],
  [
    "C-168 another key",
    { certificate: { cert: ours.cert, key: other.key } },
    {},
    "another private key",
  ],
  [
    "no certificate",
    { certificate: { cert: "x", key: ours.key } },
    {},
    "expected a PEM certificate",
  ],
  [
    "a key that is none",
    { certificate: { cert: ours.cert, key: "x" } },
    {},
    "expected a PEM private",
  ],
  ["no encryption any more", { endpoint: "ws://first.example.com" }, {}, "is not encrypted"],
  ["C-159 no check any more", { tls: { ...tls, skipVerify: true } }, {}, "turns off the check"],
  ["C-160 an older version", { tls: { ...tls, minVersion: "1.1" } }, {}, "an older version of TLS"],
  ["an older limit", { tls: { ...tls, maxVersion: "TLSv1.1" } }, {}, "an older version of TLS"],
  ["C-160 a version that is none", { tls: { ...tls, minVersion: "2" } }, {}, 'found "2"'],
  [
    "a foreign host",
    { endpoint: "wss://evil.org" },
    { allowedHosts: ["*.example.com"] },
    "evil.org",
  ],
  ["the bare domain", { endpoint: "wss://a.com" }, { allowedHosts: ["*.a.com"] }, "a.com"],
  ["C-166 a proxy without an address", { proxy: { url: "", headers: [] } }, {}, "no address"],
  ["a header of the connection itself", { headers: [["Host", "evil.org"]] }, {}, "header Host"],
  ["a header over two lines", { headers: [["A", "b\nC: d"]] }, {}, "no request may have"],
])("%s is refused and nothing of it taken", (_, offer, changed, words) => {
  const result = mergeOffer(undefined, opampOffer(offer), undefined, { ...limits, ...changed });
  expect(result).toMatchObject({ is: "refused", why: expect.stringContaining(words) as string });
});

test.each<[string, Partial<OpampOffer>, Partial<OfferLimits>]>([
  ["a host that is named", { endpoint: "wss://B.org" }, { allowedHosts: ["b.org"] }],
  ["a host below a domain", { endpoint: "wss://x.b.org" }, { allowedHosts: ["*.b.org"] }],
  ["no encryption, where that is allowed", { endpoint: "ws://x" }, { allowWeakerTls: true }],
  ["no check, where there is none", { tls: { ...tls, skipVerify: true } }, { skipVerify: true }],
  ["a newer version", { tls: { ...tls, minVersion: "TLSv1.3" } }, {}],
])("%s is taken", (_, offer, changed) => {
  const result = mergeOffer(undefined, opampOffer(offer), undefined, { ...limits, ...changed });
  expect(result.is).toBe("settings");
});

test("C-169 an authority that comes with a certificate widens no trust", () => {
  expect(merged({ certificate: ours }, "nothing").tls).toBeUndefined();
});

test("another heartbeat is no other connection", () => {
  expect(sameConnection(inForce, { ...inForce, heartbeatSeconds: 1 })).toBe(true);
  expect(sameConnection(inForce, { ...inForce, headers: [] })).toBe(false);
});

test.each([
  ["1.0", "TLSv1"],
  ["TLSv1.2", "TLSv1.2"],
  [" tls1.3 ", "TLSv1.3"],
  ["1.4", undefined],
])("%s as a version of TLS", (text, version) => {
  expect(tlsVersion(text)).toBe(version);
});

const now = 1_700_000_000_000;
const one = makeCertificate(now);

test("a certificate says from when until when it holds", () => {
  expect(readCertificate(one.cert, one.key)).toEqual({
    is: "readable",
    validFrom: wallTime(now - 86_400_000),
    expiresAt: wallTime(now + 364 * 86_400_000),
  });
});

test.each([
  ["no certificate", "nonsense", one.key, "expected a PEM certificate"],
  ["no key", one.cert, "nonsense", "expected a PEM private key"],
  ["another key", one.cert, makeCertificate(now).key, "for another private key"],
])("%s is told, and never what was found", (_, cert, key, words) => {
  const facts = readCertificate(cert, key);
  expect(facts).toMatchObject({ is: "unreadable", why: expect.stringContaining(words) as string });
  expect(JSON.stringify(facts)).not.toContain("nonsense");
});

test("offers that are joined come to what they are one after the other", () => {
  const tls = fc.record({
    ca: fc.constantFrom("", "ca1", "ca2"),
    includeSystemCa: fc.boolean(),
    skipVerify: fc.constant(false),
    minVersion: fc.constantFrom("", "1.3"),
    maxVersion: fc.constant(""),
    cipherSuites: fc.constant<string[]>([]),
  });
  const headers = fc.constantFrom([["x", "1"]] as const, [["y", "2"]] as const, []);
  const anyOffer = fc.record({
    endpoint: fc.constantFrom("", "wss://a.example.com/", "wss://b.example.com/"),
    headers: fc.option(headers, { nil: undefined }),
    certificate: fc.constant(undefined),
    tls: fc.option(tls, { nil: undefined }),
    proxy: fc.option(fc.constant({ url: "http://p", headers: [] }), { nil: undefined }),
    heartbeatSeconds: fc.constantFrom(0, 0, 7, 30),
  });
  const after = (
    before: ServerSettingsInForce | undefined,
    offer: OpampOffer,
  ): ServerSettingsInForce => merged(offer, before ?? "nothing");
  fc.assert(
    fc.property(fc.array(anyOffer, { minLength: 1, maxLength: 5 }), (offers) => {
      const stepped = offers.reduce<ServerSettingsInForce | undefined>(after, undefined);
      const one = offers.reduce<OpampOffer | undefined>(joinOpamp, undefined);
      expect(one && after(undefined, one)).toEqual(stepped);
    }),
  );
});
