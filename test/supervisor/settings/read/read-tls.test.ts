import { join } from "node:path";
import { test, expect } from "vitest";
import { createAgentFolder, settingsOf, brief } from "../fixture-folder.ts";

const certificate = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
const key = "-----BEGIN EC PRIVATE KEY-----\nMHcC\n-----END EC PRIVATE KEY-----\n";
const lockedKey = key.replaceAll("EC PRIVATE", "ENCRYPTED PRIVATE");

function createTlsFolder() {
  const folder = createAgentFolder();
  folder.write("ca.pem", certificate);
  folder.write("cert.pem", certificate);
  folder.write("key.pem", key);
  folder.write("locked.pem", lockedKey);
  folder.write("text.pem", "hello");
  const withTls = (tls: string, scheme: string) =>
    folder.read(
      `server:\n  endpoint: ${scheme}://h:1/x\n  tls: {${tls}}\nagent: {executable: ./otelcol}\n`,
      { CA: certificate },
    );
  return { ...folder, withTls };
}

test("the files are read, and the versions are in the words of Node", () => {
  const tls =
    "ca_file: ca.pem, cert_file: cert.pem, key_file: key.pem, min_version: '1.0', max_version: '1.3', " +
    "include_system_ca_certs_pool: true, insecure_skip_verify: true, server_name_override: other";
  const folder = createTlsFolder();
  expect(settingsOf(folder.withTls(tls, "wss")).server.tls).toEqual({
    ca: certificate,
    includeSystemCa: true,
    cert: certificate,
    key,
    minVersion: "TLSv1",
    maxVersion: "TLSv1.3",
    skipVerify: true,
    serverName: "other",
    ciphers: undefined,
    curves: undefined,
    caFile: join(folder.path, "ca.pem"),
    certFile: join(folder.path, "cert.pem"),
    keyFile: join(folder.path, "key.pem"),
  });
});

test("certificates can be text, from a variable or a file", () => {
  const tls = "ca_pem: '${CA}', cert_pem: '${file:cert.pem}', key_pem: '${file:key.pem}'";
  const { ca, cert } = settingsOf(createTlsFolder().withTls(tls, "https")).server.tls;
  expect(ca).toBe(certificate);
  expect(cert?.trim()).toBe(certificate.trim());
});

test("whether insecure suites are permitted may be written, and changes nothing", () => {
  const tls =
    "cipher_suites: [TLS_RSA_WITH_AES_128_CBC_SHA], include_insecure_cipher_suites: true, insecure: false";
  const { problems, settings } = createTlsFolder().withTls(tls, "wss");
  expect(brief(problems)).toEqual([]);
  expect(settings?.server.tls.ciphers).toContain("AES128-SHA");
  const page = "{endpoint: 'h:1', tls: {include_insecure_cipher_suites: true}}";
  const read = createAgentFolder().read(
    `server: {endpoint: ws://h}\nagent: {executable: ./otelcol}\nhealthcheck: ${page}\n`,
  );
  expect(read.problems.map((each) => each.code)).not.toContain("unknown-key");
});

test("cipher suites and curves are in the words of OpenSSL", () => {
  const tls =
    "cipher_suites: [TLS_AES_128_GCM_SHA256, TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256], curve_preferences: [P384, X25519]";
  expect(settingsOf(createTlsFolder().withTls(tls, "wss")).server.tls).toMatchObject({
    ciphers: "TLS_AES_128_GCM_SHA256:ECDHE-RSA-AES128-GCM-SHA256",
    curves: "P-384:X25519",
  });
});

test("a suite or curve that is not there is shown at its place", () => {
  const tls = "cipher_suites: [TLS_AES_128_GCM_SHA256, TLS_NO], curve_preferences: [P384, P100]";
  const { problems } = createTlsFolder().withTls(tls, "wss");
  expect(brief(problems)).toEqual([
    "error value-invalid server.tls.cipher_suites[1] 3:49",
    "error value-invalid server.tls.curve_preferences[1] 3:84",
  ]);
  expect(problems.map((each) => each.message)).toEqual([
    expect.stringContaining("IANA name"),
    expect.stringContaining("X25519, P256, P384, P521"),
  ]);
});

test.each([
  ["ca_file: none.pem", "file-missing server.tls.ca_file"],
  ["ca_file: .", "file-unreadable server.tls.ca_file"],
  ["ca_file: text.pem", "value-invalid server.tls.ca_file"],
  ["ca_pem: hello", "value-invalid server.tls.ca_pem"],
  ["ca_file: ca.pem, ca_pem: '${CA}'", "value-invalid server.tls.ca_pem"],
  ["cert_file: cert.pem", "key-missing server.tls.key_file"],
  ["key_file: key.pem", "key-missing server.tls.cert_file"],
  ["cert_file: cert.pem, key_file: cert.pem", "value-invalid server.tls.key_file"],
  ["cert_file: cert.pem, key_file: locked.pem", "value-invalid server.tls.key_file"],
  ["min_version: '1.4'", "value-invalid server.tls.min_version"],
  ["min_version: '1.3', max_version: '1.2'", "value-invalid server.tls.max_version"],
  ["max_version: '1.1'", "value-invalid server.tls.max_version"],
])("%s is refused", (tls, expected) => {
  const { problems } = createTlsFolder().withTls(tls, "wss");
  expect(problems.map(({ severity, code, path }) => `${severity} ${code} ${path}`)).toEqual([
    `error ${expected}`,
  ]);
});

test("for ws no file is read, and a certificate is said to have no effect", () => {
  const { settings, problems } = createTlsFolder().withTls("ca_file: none.pem", "ws");
  expect(settings?.server.tls.ca).toBeUndefined();
  expect(brief(problems)).toEqual(["warning not-acted-on server.tls.ca_file 3:18"]);
});

test("for ws `insecure: true` is right and needs no word", () => {
  expect(createTlsFolder().withTls("insecure: true", "ws").problems).toEqual([]);
});

test("for wss `insecure: true` without a CA never weakens the check of the server", () => {
  const { settings, problems } = createTlsFolder().withTls(
    "insecure: true, insecure_skip_verify: true",
    "wss",
  );
  expect(settings?.server.tls.skipVerify).toBe(false);
  expect(brief(problems)).toEqual(["warning not-acted-on server.tls.insecure 3:19"]);
});

test("the oldest version may be the newest too", () => {
  const read = createTlsFolder().withTls("min_version: '1.2', max_version: '1.2'", "wss");
  expect(settingsOf(read).server.tls).toMatchObject({
    minVersion: "TLSv1.2",
    maxVersion: "TLSv1.2",
  });
});

test("for wss `insecure: true` with a CA changes nothing", () => {
  const { settings, problems } = createTlsFolder().withTls(
    "insecure: true, ca_file: ca.pem",
    "wss",
  );
  expect(settings?.server.tls.ca).toBe(certificate);
  expect(problems).toEqual([]);
});
