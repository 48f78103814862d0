import { execFileSync } from "node:child_process";
import { createPrivateKey } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, expect } from "vitest";
import { makeCertificateRequest } from "../../src/pki/certificate-request.ts";
import { temporaryFolder } from "../helpers/temporary-folder.ts";

const name = "01900000-0000-7000-8000-000000000001";

test("openssl reads the request, its signature and its name", () => {
  const path = join(temporaryFolder(), "request.pem");
  writeFileSync(path, makeCertificateRequest(name).csr);
  const text = execFileSync("openssl", ["req", "-in", path, "-verify", "-noout", "-subject"], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  });
  expect(text).toContain(`CN = ${name}`);
});

test("each request has a key of its own, of which nothing is in it", () => {
  const [one, other] = [makeCertificateRequest(name), makeCertificateRequest(name)];
  expect(one.key).not.toBe(other.key);
  expect(createPrivateKey(one.key).asymmetricKeyDetails?.namedCurve).toBe("prime256v1");
  expect(one.csr).not.toContain("PRIVATE");
});
