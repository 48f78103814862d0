import { expect, test } from "vitest";
import { makeCertificate } from "../../../src/dev-server/certificate.ts";
import { readCertificate } from "../../../src/supervisor/core/certificate-facts.ts";

const now = 1_700_000_000_000;
const one = makeCertificate(now);

test("a certificate says from when until when it holds", () => {
  expect(readCertificate(one.cert, one.key)).toEqual({
    is: "readable",
    validFrom: now - 86_400_000,
    expiresAt: now + 364 * 86_400_000,
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
