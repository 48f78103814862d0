import { type KeyObject, sign, createPublicKey, createHash, randomBytes } from "node:crypto";
import * as der from "./der.ts";
import type { Der } from "./der.ts";

/** What a certificate says; moments in ms since the epoch. */
interface CertificateContent {
  readonly subject: string;
  readonly publicKey: KeyObject;
  readonly validFrom: number;
  readonly validTo: number;
  /** As `extension` and `criticalExtension` make them. */
  readonly extensions: readonly Der[];
}

/** Who signs. */
interface Issuer {
  readonly name: string;
  /** EC P-256. */
  readonly key: KeyObject;
}

/** Object identifiers of what certificates hold. */
export const certificateIds = {
  commonName: "2.5.4.3",
  subjectKeyIdentifier: "2.5.29.14",
  keyUsage: "2.5.29.15",
  subjectAltName: "2.5.29.17",
  basicConstraints: "2.5.29.19",
  authorityKeyIdentifier: "2.5.29.35",
  extendedKeyUsage: "2.5.29.37",
  serverAuth: "1.3.6.1.5.5.7.3.1",
  clientAuth: "1.3.6.1.5.5.7.3.2",
  ecdsaWithSha256: "1.2.840.10045.4.3.2",
} as const;

/** Signs a certificate (X.509 v3, ECDSA with SHA-256) and gives it as PEM. */
export function signCertificate(content: CertificateContent, issuer: Issuer): string {
  const unsigned = der.sequence(
    der.explicit(0, der.integer(Uint8Array.of(2))),
    der.integer(serialNumber()),
    algorithm(),
    nameOf(issuer.name),
    der.sequence(der.time(content.validFrom), der.time(content.validTo)),
    nameOf(content.subject),
    content.publicKey.export({ type: "spki", format: "der" }),
    der.explicit(3, der.sequence(...content.extensions, ...keyIds(content.publicKey, issuer))),
  );
  const signature = der.bitString(sign("sha256", unsigned, issuer.key));
  return der.pem("CERTIFICATE", der.sequence(unsigned, algorithm(), signature));
}

/** An extension that a reader who does not know it may pass over. */
export function extension(id: string, value: Der): Der {
  return der.sequence(der.objectId(id), der.octetString(value));
}

/** An extension that every reader has to understand. */
export function criticalExtension(id: string, value: Der): Der {
  return der.sequence(der.objectId(id), der.boolean(true), der.octetString(value));
}

/** The ids of both keys. A certificate that has signed itself does not name the key of its issuer. */
function keyIds(publicKey: KeyObject, issuer: Issuer): readonly Der[] {
  const own = keyIdOf(publicKey);
  const signer = keyIdOf(createPublicKey(issuer.key));
  const { subjectKeyIdentifier, authorityKeyIdentifier } = certificateIds;
  const subject = extension(subjectKeyIdentifier, der.octetString(own));
  return own.equals(signer)
    ? [subject]
    : [subject, extension(authorityKeyIdentifier, der.sequence(der.implicit(0, signer)))];
}

function keyIdOf(publicKey: KeyObject): Buffer {
  return createHash("sha1")
    .update(publicKey.export({ type: "spki", format: "der" }))
    .digest();
}

function nameOf(commonName: string): Der {
  const name = der.sequence(der.objectId(certificateIds.commonName), der.utf8String(commonName));
  return der.sequence(der.set(name));
}

function algorithm(): Der {
  return der.sequence(der.objectId(certificateIds.ecdsaWithSha256));
}

/** 16 random bytes, positive and never zero. */
function serialNumber(): Uint8Array {
  return Buffer.concat([Uint8Array.of(0x40), randomBytes(15)]);
}
