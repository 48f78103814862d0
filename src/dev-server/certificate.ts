import { createHash, generateKeyPairSync, randomBytes, sign } from "node:crypto";
import type { KeyObject } from "node:crypto";
import type { Der } from "../pki/der.ts";
import * as der from "../pki/der.ts";

/** A certificate and its key, PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

const dayMs = 24 * 60 * 60 * 1000;
const validDays = 365;

const ids = {
  commonName: "2.5.4.3",
  subjectKeyIdentifier: "2.5.29.14",
  keyUsage: "2.5.29.15",
  subjectAltName: "2.5.29.17",
  basicConstraints: "2.5.29.19",
  extendedKeyUsage: "2.5.29.37",
  serverAuth: "1.3.6.1.5.5.7.3.1",
  ecdsaWithSha256: "1.2.840.10045.4.3.2",
} as const;

const loopback4 = Uint8Array.of(127, 0, 0, 1);
const loopback6 = Uint8Array.from({ length: 16 }, (_, index) => (index === 15 ? 1 : 0));

/** A self-signed server certificate (EC P-256) for localhost, 127.0.0.1 and ::1, valid for a year from the day before `now`. */
export function makeCertificate(now: number): Certificate {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  const unsigned = toBeSigned(publicKey, now);
  const signature = sign("sha256", unsigned, privateKey);
  const cert = der.sequence(unsigned, algorithm(), der.bitString(signature));
  return {
    cert: der.pem("CERTIFICATE", cert),
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  };
}

function toBeSigned(publicKey: KeyObject, now: number): Der {
  const name = nameOf("localhost");
  const from = now - dayMs;
  const publicKeyDer = publicKey.export({ type: "spki", format: "der" });
  return der.sequence(
    der.explicit(0, der.integer(Uint8Array.of(2))),
    der.integer(serialNumber()),
    algorithm(),
    name,
    der.sequence(der.time(from), der.time(from + validDays * dayMs)),
    name,
    publicKeyDer,
    der.explicit(3, der.sequence(...extensions(publicKeyDer))),
  );
}

function extensions(publicKeyDer: Uint8Array): readonly Der[] {
  const names = der.sequence(
    der.implicit(2, Buffer.from("localhost")),
    der.implicit(7, loopback4),
    der.implicit(7, loopback6),
  );
  const keyId = createHash("sha1").update(publicKeyDer).digest();
  return [
    critical(ids.basicConstraints, der.sequence()),
    // Bit 0, digital signature: seven of the eight bits do not belong.
    critical(ids.keyUsage, der.bitString(Uint8Array.of(0x80), 7)),
    extension(ids.extendedKeyUsage, der.sequence(der.objectId(ids.serverAuth))),
    extension(ids.subjectAltName, names),
    extension(ids.subjectKeyIdentifier, der.octetString(keyId)),
  ];
}

function extension(id: string, value: Der): Der {
  return der.sequence(der.objectId(id), der.octetString(value));
}

function critical(id: string, value: Der): Der {
  return der.sequence(der.objectId(id), der.boolean(true), der.octetString(value));
}

function nameOf(commonName: string): Der {
  const attribute = der.sequence(der.objectId(ids.commonName), der.utf8String(commonName));
  return der.sequence(der.set(attribute));
}

function algorithm(): Der {
  return der.sequence(der.objectId(ids.ecdsaWithSha256));
}

/** 16 random bytes, positive and never zero. */
function serialNumber(): Uint8Array {
  return Buffer.concat([Uint8Array.of(0x40), randomBytes(15)]);
}
