import { wallTime } from "../../../src/supervisor/core/state/wall-clock.ts";
import { test, expect } from "vitest";
import { defaultTls } from "../../../src/opamp-client/transport/client-options.ts";
import type { ServerSettingsInForce } from "../../../src/supervisor/core/state/offers.ts";
import { attemptWith, endpointsOf } from "../../../src/supervisor/server/server-target.ts";

const written = {
  headers: new Map([
    ["Authorization", ["Bearer written"]],
    ["X-Tenant", ["a"]],
  ]),
  tls: { ...defaultTls, ca: "CA", cert: "written cert", key: "written key" },
  proxy: undefined,
};
const nothing: ServerSettingsInForce = {
  endpoint: undefined,
  headers: undefined,
  certificate: undefined,
  tls: undefined,
  proxy: undefined,
  heartbeatSeconds: undefined,
};
const certificate = {
  cert: "cert",
  key: "key",
  validFrom: wallTime(0),
  expiresAt: wallTime(1),
  stale: false,
};
const first = { failures: 0 };
const tls = {
  ca: "",
  includeSystemCa: false,
  skipVerify: false,
  minVersion: "",
  maxVersion: "",
  cipherSuites: [],
};

test("without an offer all is as written", () => {
  expect(attemptWith(written, undefined, first)).toBe(written);
  expect(attemptWith(written, nothing, first)).toEqual(written);
});

test("C-147 offered headers lie over the written ones, whatever their letters; a name may come twice", () => {
  const headers = [
    ["authorization", "Bearer offered"],
    ["B", "1"],
    ["B", "2"],
  ] as const;
  expect([...attemptWith(written, { ...nothing, headers }, first).headers]).toEqual([
    ["X-Tenant", ["a"]],
    ["authorization", ["Bearer offered"]],
    ["B", ["1", "2"]],
  ]);
});

test("the header of an auth extension of ours is not offered away", () => {
  const headers = [
    ["authorization", "Bearer offered"],
    ["B", "1"],
  ] as const;
  const dial = attemptWith(written, { ...nothing, headers }, first, "Authorization");
  expect(dial.headers.get("Authorization")).toEqual(["Bearer written"]);
  expect(dial.headers.get("authorization")).toBeUndefined();
  expect(dial.headers.get("B")).toEqual(["1"]);
});

test("C-157 C-158 an offered authority counts alone, or beside the system's", () => {
  const offered = { ...tls, ca: "other CA" };
  expect(attemptWith(written, { ...nothing, tls: offered }, first).tls).toMatchObject({
    ca: "other CA",
    includeSystemCa: false,
    cert: "written cert",
  });
  const beside = { ...nothing, tls: { ...offered, includeSystemCa: true } };
  expect(attemptWith(written, beside, first).tls.includeSystemCa).toBe(true);
});

test("C-160 C-161 offered versions count where they are named", () => {
  const offered = { ...nothing, tls: { ...tls, minVersion: "1.3", maxVersion: "TLSv1.3" } };
  expect(attemptWith(written, offered, first).tls).toMatchObject({
    ca: "CA",
    minVersion: "TLSv1.3",
    maxVersion: "TLSv1.3",
  });
  expect(attemptWith(written, { ...nothing, tls }, first).tls).toMatchObject({
    minVersion: "TLSv1.2",
    maxVersion: undefined,
  });
});

test("offered credentials that fail take turns with the written ones, all else stays offered", () => {
  const headers = [["Authorization", "Bearer offered"]] as const;
  const offered = { ...nothing, headers, certificate, tls: { ...tls, ca: "other CA" } };
  const certs = [0, 1, 2, 3, 4, 5].map(
    (failures) => attemptWith(written, offered, { failures }).tls.cert,
  );
  expect(certs).toEqual(["cert", "cert", "written cert", "cert", "written cert", "cert"]);
  const bootstrap = attemptWith(written, offered, { failures: 2 });
  expect(bootstrap.headers.get("Authorization")).toEqual(["Bearer written"]);
  expect(bootstrap.tls.ca).toBe("other CA");
});

test("an offered proxy stands for the written one", () => {
  const proxy = { url: "http://p:1", headers: [["A", "b"]] as const };
  expect(attemptWith(written, { ...nothing, proxy }, first).proxy).toEqual({
    url: "http://p:1/",
    headers: new Map([["A", ["b"]]]),
  });
});

test("C-162 offered cipher suites limit those of the connection, and an unknown one is told", () => {
  const suites = (...cipherSuites: string[]): ServerSettingsInForce => {
    return { ...nothing, tls: { ...tls, cipherSuites } };
  };
  const one = attemptWith(written, suites("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"), first);
  expect(one.tls.ciphers).toContain("ECDHE-RSA-AES128-GCM-SHA256");
  expect(() => attemptWith(written, suites("TLS_NONE"), first)).toThrow(
    "the offered cipher suites",
  );
});

test("C-166 an offered proxy may be host and port alone, and no other kind of proxy", () => {
  const proxy = (url: string): ServerSettingsInForce => {
    return { ...nothing, proxy: { url, headers: [] } };
  };
  expect(attemptWith(written, proxy("p:3128"), first).proxy?.url).toBe("http://p:3128/");
  expect(() => attemptWith(written, proxy("socks5://u:secret@p"), first)).toThrow(/SOCKS/);
});

test("an offered endpoint stands for all that are written", () => {
  const settings = { endpoint: "wss://a", fallbackEndpoints: ["wss://b"] };
  expect(endpointsOf(settings, undefined)).toEqual(["wss://a", "wss://b"]);
  expect(endpointsOf(settings, { ...nothing, endpoint: "wss://c" })).toEqual(["wss://c"]);
});
