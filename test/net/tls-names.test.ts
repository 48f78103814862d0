import { type SecureContextOptions, createServer, type TLSSocket, connect } from "node:tls";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { onTestFinished, test, expect } from "vitest";
import { type TlsNames, readCipherSuites, readCurves } from "../../src/net/tls-names.ts";
import { selfSigned } from "../helpers/net/certificates.ts";

const newest = "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256";

function textOf(names: TlsNames): string {
  if (names.is === "valid") return names.text;
  throw new Error(`${names.index}: ${names.message}`);
}

/** What a server that takes everything agrees on. */
async function agreed(options: SecureContextOptions): Promise<string> {
  const server = createServer({ ...selfSigned(), minVersion: "TLSv1.2" });
  server.listen(0, "127.0.0.1");
  onTestFinished(() => void server.close());
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const socket: TLSSocket = connect({
    port,
    host: "127.0.0.1",
    rejectUnauthorized: false,
    ...options,
  });
  await once(socket, "secureConnect");
  const { standardName } = socket.getCipher();
  socket.destroy();
  return standardName;
}

test.each([
  ["TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "ECDHE-ECDSA-AES128-GCM-SHA256"],
  ["TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", "ECDHE-ECDSA-AES256-GCM-SHA384"],
  ["TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256", "ECDHE-ECDSA-CHACHA20-POLY1305"],
  ["TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA", "ECDHE-ECDSA-AES128-SHA"],
  ["TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA", "ECDHE-ECDSA-AES256-SHA"],
  ["TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256", "ECDHE-ECDSA-AES128-SHA256"],
])("%s is the suite that is agreed on", async (name, ciphers) => {
  expect(textOf(readCipherSuites([name]))).toBe(`${newest}:${ciphers}`);
  expect(await agreed({ ciphers, maxVersion: "TLSv1.2" })).toBe(name);
});

// All of Go's others: for RSA, and without forward secrecy.
test.each([
  ["TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "ECDHE-RSA-AES128-GCM-SHA256"],
  ["TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", "ECDHE-RSA-AES256-GCM-SHA384"],
  ["TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256", "ECDHE-RSA-CHACHA20-POLY1305"],
  ["TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA", "ECDHE-RSA-AES128-SHA"],
  ["TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA", "ECDHE-RSA-AES256-SHA"],
  ["TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256", "ECDHE-RSA-AES128-SHA256"],
  ["TLS_RSA_WITH_AES_128_CBC_SHA", "AES128-SHA"],
  ["TLS_RSA_WITH_AES_256_CBC_SHA", "AES256-SHA"],
  ["TLS_RSA_WITH_AES_128_CBC_SHA256", "AES128-SHA256"],
  ["TLS_RSA_WITH_AES_128_GCM_SHA256", "AES128-GCM-SHA256"],
  ["TLS_RSA_WITH_AES_256_GCM_SHA384", "AES256-GCM-SHA384"],
])("%s is %s", (name, ciphers) => {
  expect(textOf(readCipherSuites([name]))).toBe(`${newest}:${ciphers}`);
});

test("one of TLS 1.3 that is named leaves out the others", async () => {
  const ciphers = textOf(readCipherSuites(["TLS_CHACHA20_POLY1305_SHA256"]));
  expect(await agreed({ ciphers })).toBe("TLS_CHACHA20_POLY1305_SHA256");
});

test("TLS 1.3 stays where only older ones are named", async () => {
  const ciphers = textOf(readCipherSuites(["TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"]));
  expect(await agreed({ ciphers })).toMatch(/^TLS_(AES|CHACHA)/);
});

test.each(["TLS_RSA_WITH_RC4_128_SHA", "ECDHE-RSA-AES128-SHA", "TLS_MADE_UP", ""])(
  "%j is none",
  (name) => {
    const read = readCipherSuites(["TLS_AES_128_GCM_SHA256", name]);
    expect(read).toMatchObject({ is: "invalid", index: 1 });
  },
);

test("curves have their names in Go", () => {
  expect(textOf(readCurves(["X25519", "P256", "P384", "P521"]))).toBe("X25519:P-256:P-384:P-521");
  expect(readCurves(["X25519", "P-256"])).toMatchObject({ is: "invalid", index: 1 });
  expect(readCurves(["secp256k1"])).toMatchObject({ is: "invalid", index: 0 });
});

test("the curve that is named is the one that is used", async () => {
  const named = textOf(readCurves(["P384"]));
  expect(await agreed({ ecdhCurve: named })).not.toBe("");
});

test("X25519MLKEM768 is there where OpenSSL has it", () => {
  const [major = 0, minor = 0] = process.versions.openssl.split(".").map(Number);
  const has = major * 100 + minor >= 305;
  expect(readCurves(["X25519MLKEM768"]).is).toBe(has ? "valid" : "invalid");
});
