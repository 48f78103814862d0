import { generateKeyPairSync } from "node:crypto";
import {
  signCertificate,
  criticalExtension,
  certificateIds as ids,
  extension,
} from "../../pki/certificate.ts";
import * as der from "../../pki/der.ts";
import type { Der } from "../../pki/der.ts";

/** A certificate and its key, PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

const dayMs = 24 * 60 * 60 * 1000;
const validDays = 365;

const loopback4 = Uint8Array.of(127, 0, 0, 1);
const loopback6 = Uint8Array.from({ length: 16 }, (_, index) => (index === 15 ? 1 : 0));

/** A self-signed server certificate (EC P-256) for localhost, 127.0.0.1 and ::1, valid for a year from the day before `now`. */
export function makeCertificate(now: number): Certificate {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  const subject = "localhost";
  const validFrom = now - dayMs;
  const validTo = validFrom + validDays * dayMs;
  const content = { subject, publicKey, validFrom, validTo, extensions: extensions() };
  return {
    cert: signCertificate(content, { name: subject, key: privateKey }),
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  };
}

function extensions(): readonly Der[] {
  const names = der.sequence(
    der.implicit(2, Buffer.from("localhost")),
    der.implicit(7, loopback4),
    der.implicit(7, loopback6),
  );
  return [
    criticalExtension(ids.basicConstraints, der.sequence()),
    // Bit 0, digital signature: seven of the eight bits do not belong.
    criticalExtension(ids.keyUsage, der.bitString(Uint8Array.of(0x80), 7)),
    extension(ids.extendedKeyUsage, der.sequence(der.objectId(ids.serverAuth))),
    extension(ids.subjectAltName, names),
  ];
}
