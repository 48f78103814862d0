import { execFileSync } from "node:child_process";
import { X509Certificate, createPrivateKey } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, expect } from "vitest";
import { makeAuthority, authorityOf } from "../../../src/dev-server/connections/authority.ts";
import { makeCertificateRequest } from "../../../src/pki/certificate-request.ts";
import { readCertificateRequest } from "../../../src/pki/read-certificate-request.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

const now = Date.parse("2026-03-01T12:00:00Z");
const name = "01900000-0000-7000-8000-000000000001";
const dayMs = 24 * 60 * 60 * 1000;

test("the authority may sign certificates of others and nothing else", () => {
  const read = new X509Certificate(makeAuthority(now).cert);
  expect(read.ca).toBe(true);
  expect(read.verify(read.publicKey)).toBe(true);
  const certSign = "300e0603551d0f0101ff040403020204";
  expect(read.raw.toString("hex")).toContain(certSign);
});

test("a certificate that it makes is for clients, for its time, with a key of its own", () => {
  const authority = makeAuthority(now);
  const { cert, key } = authorityOf(authority, 30 * dayMs).issue(name, now);
  const read = new X509Certificate(cert);
  expect(read.subject).toBe(`CN=${name}`);
  expect(new Date(read.validFrom).getTime()).toBe(now);
  expect(new Date(read.validTo).getTime()).toBe(now + 30 * dayMs);
  expect(read.keyUsage).toEqual(["1.3.6.1.5.5.7.3.2"]);
  expect(read.ca).toBe(false);
  expect(read.checkPrivateKey(createPrivateKey(key))).toBe(true);
  expect(read.checkIssued(new X509Certificate(authority.cert))).toBe(true);
});

test("S-042 openssl verifies what was made of a request, up to the authority", () => {
  const { csr, key } = makeCertificateRequest(name);
  const request = readCertificateRequest(Buffer.from(csr));
  if (request.is !== "request") throw new Error(request.why);
  const authority = makeAuthority(Date.now());
  const cert = authorityOf(authority, dayMs).sign(name, request.publicKey, Date.now());
  expect(new X509Certificate(cert).checkPrivateKey(createPrivateKey(key))).toBe(true);
  const folder = temporaryFolder();
  const [ca, file] = [join(folder, "ca.pem"), join(folder, "client.pem")];
  writeFileSync(ca, authority.cert);
  writeFileSync(file, cert);
  const args = ["verify", "-x509_strict", "-check_ss_sig", "-purpose", "sslclient"];
  const said = execFileSync("openssl", [...args, "-CAfile", ca, file], { encoding: "utf8" });
  expect(said).toContain("OK");
});
