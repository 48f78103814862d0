import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { test, expect } from "vitest";
import { makeCertificateRequest } from "../../src/pki/certificate-request.ts";
import { pem } from "../../src/pki/der.ts";
import { readCertificateRequest } from "../../src/pki/read-certificate-request.ts";
import { temporaryFolder } from "../helpers/temporary-folder.ts";

const name = "01900000-0000-7000-8000-000000000001";
const { csr } = makeCertificateRequest(name);
const der = Buffer.from(csr.split("\n").slice(1, -2).join(""), "base64");
const label = "CERTIFICATE REQUEST";
const whyOf = (text: string | Uint8Array): string | undefined => {
  const read = readCertificateRequest(Buffer.from(text));
  return read.is === "unreadable" ? read.why : undefined;
};

/** A request by openssl, with what is between `req` and the output. */
function fromOpenssl(subject: string, ...key: readonly string[]): string {
  const folder = temporaryFolder();
  const [keyFile, out] = [join(folder, "key.pem"), join(folder, "request.pem")];
  execFileSync("openssl", ["genpkey", "-quiet", ...key, "-out", keyFile], { stdio: "pipe" });
  const args = ["req", "-new", "-utf8", "-key", keyFile, "-subj", subject, "-out", out];
  execFileSync("openssl", args, { stdio: "pipe" });
  return readFileSync(out, "utf8");
}

test("our own request is read with its name and its key", () => {
  const read = readCertificateRequest(Buffer.from(csr));
  expect(read).toMatchObject({ is: "request", commonName: name });
  expect(read.is === "request" && read.publicKey.asymmetricKeyDetails?.namedCurve).toBe(
    "prime256v1",
  );
});

test.each([
  ["EC P-384", ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384"]],
  ["RSA", ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"]],
  ["Ed25519", ["-algorithm", "ED25519"]],
])("a request that openssl made for %s is read", (_, key) => {
  const read = readCertificateRequest(Buffer.from(fromOpenssl("/O=Fleet/CN=agent ü", ...key)));
  expect(read).toMatchObject({ is: "request", commonName: "agent ü" });
});

test.each([
  ["an RSA key of 1024 bits", "/CN=a", ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:1024"]],
  ["a rare curve", "/CN=a", ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:secp256k1"]],
])("%s is refused", (_, subject, key) => {
  expect(whyOf(fromOpenssl(subject, ...key))).toContain("expected a public key");
});

test.each([
  ["no common name", "/O=Fleet"],
  ["two common names", "/CN=one/CN=two"],
])("a subject with %s is refused", (_, subject) => {
  expect(whyOf(fromOpenssl(subject, "-algorithm", "ED25519"))).toContain("one common name");
});

test.each([
  ["a name of 65 characters", "x".repeat(65)],
  ["an empty name", ""],
  ["a name with a line break", "a\nb"],
])("%s is refused", (_, commonName) => {
  expect(whyOf(makeCertificateRequest(commonName).csr)).toContain("1 to 64 characters");
});

test.each<[string, string | Uint8Array, string]>([
  ["nothing", "", "one PEM block"],
  ["no PEM", "hello", "one PEM block"],
  ["another block", pem("CERTIFICATE", der), "one PEM block"],
  ["something that is no base64", csr.replace("\nM", "\n!"), "one PEM block"],
  ["two blocks", csr + csr, "one PEM block"],
  ["a block of garbage", pem(label, Buffer.from("garbage")), "PKCS #10"],
  ["a part of one", pem(label, der.subarray(0, -10)), "PKCS #10"],
  ["more than one", pem(label, Buffer.concat([der, der])), "PKCS #10"],
  ["too much", Buffer.alloc(16 * 1024 + 1, "x"), "at most 16384 bytes"],
])("%s is refused with what was expected", (_, text, why) => {
  expect(whyOf(text)).toContain(why);
});

test("a request whose name was changed on its way has a wrong signature", () => {
  const changed = Buffer.from(
    der.toString("latin1").replace(name, name.replace(/1$/, "2")),
    "latin1",
  );
  expect(whyOf(pem(label, changed))).toContain("signature");
});

test("no change of some bytes makes it throw or be taken", () => {
  const change = fc.array(fc.tuple(fc.nat(der.length - 1), fc.integer({ min: 1, max: 255 })), {
    minLength: 1,
    maxLength: 3,
  });
  fc.assert(
    fc.property(change, (changes) => {
      const changed = Buffer.from(der);
      for (const [at, by] of changes) changed[at] = changed[at]! ^ by;
      const same = changed.equals(der);
      expect(whyOf(pem(label, changed)) === undefined).toBe(same);
    }),
    { numRuns: 500 },
  );
});
