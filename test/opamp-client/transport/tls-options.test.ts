import { rootCertificates } from "node:tls";
import { test, expect } from "vitest";
import { defaultTls } from "../../../src/opamp-client/transport/client-options.ts";
import { connectionOptions } from "../../../src/opamp-client/transport/tls-options.ts";

test("by default the authorities of the system are asked and TLS 1.2 is the least", () => {
  expect(connectionOptions(defaultTls)).toEqual({
    minVersion: "TLSv1.2",
    rejectUnauthorized: true,
  });
});

test("an own authority stands alone or beside those of the system", () => {
  const tls = { ...defaultTls, ca: "own" };
  expect(connectionOptions({ ...tls, includeSystemCa: false }).ca).toEqual(["own"]);
  expect(connectionOptions(tls).ca).toEqual(["own", ...rootCertificates]);
});

test("each setting has its place", () => {
  const tls = {
    ...defaultTls,
    cert: "certificate",
    key: "key",
    minVersion: "TLSv1.3",
    maxVersion: "TLSv1.3",
    skipVerify: true,
    serverName: "other.example",
  } as const;
  expect(connectionOptions(tls)).toEqual({
    cert: "certificate",
    key: "key",
    minVersion: "TLSv1.3",
    maxVersion: "TLSv1.3",
    rejectUnauthorized: false,
    servername: "other.example",
  });
});
