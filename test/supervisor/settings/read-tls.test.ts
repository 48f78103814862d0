import { expect, test } from "vitest";
import { brief, createAgentFolder, settingsOf } from "./fixture-folder.ts";

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
  expect(settingsOf(createTlsFolder().withTls(tls, "wss")).server.tls).toEqual({
    ca: certificate,
    includeSystemCa: true,
    cert: certificate,
    key,
    minVersion: "TLSv1",
    maxVersion: "TLSv1.3",
    skipVerify: true,
    serverName: "other",
  });
});

test("certificates can be text, from a variable or a file", () => {
  const tls = "ca_pem: '${CA}', cert_pem: '${file:cert.pem}', key_pem: '${file:key.pem}'";
  const { ca, cert } = settingsOf(createTlsFolder().withTls(tls, "https")).server.tls;
  expect(ca).toBe(certificate);
  expect(cert?.trim()).toBe(certificate.trim());
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
