import { type KeyObject, createPrivateKey, generateKeyPairSync } from "node:crypto";
import {
  criticalExtension,
  certificateIds as ids,
  signCertificate,
  extension,
} from "../../pki/certificate.ts";
import * as der from "../../pki/der.ts";
import type { Der } from "../../pki/der.ts";
import type { Certificate } from "./self-signed.ts";

/** Signs certificates of clients. */
export interface Authority {
  /** Its own certificate, PEM. */
  readonly cert: string;
  /** A certificate for this key. */
  readonly sign: (commonName: string, publicKey: KeyObject, now: number) => string;
  /** A certificate and a new key for it. */
  readonly issue: (commonName: string, now: number) => Certificate;
}

const dayMs = 24 * 60 * 60 * 1000;
const authorityDays = 3650;
const authorityName = "OpAMP dev server";

/** A key and the certificate of an authority, valid for ten years from the day before `now`. */
export function makeAuthority(now: number): Certificate {
  const { publicKey, privateKey } = newKey();
  const validFrom = now - dayMs;
  const validTo = validFrom + authorityDays * dayMs;
  const extensions = [
    criticalExtension(
      ids.basicConstraints,
      der.sequence(der.boolean(true), der.integer(Uint8Array.of(0))),
    ),
    // Bit 5, it signs certificates: two of the eight bits do not belong.
    criticalExtension(ids.keyUsage, der.bitString(Uint8Array.of(0x04), 2)),
  ];
  const content = { subject: authorityName, publicKey, validFrom, validTo, extensions };
  return {
    cert: signCertificate(content, { name: authorityName, key: privateKey }),
    key: pemOf(privateKey),
  };
}

/** An authority with this key, whose certificates are valid for `validMs` from the moment that they are made. */
export function authorityOf({ cert, key }: Certificate, validMs: number): Authority {
  const issuer = { name: authorityName, key: createPrivateKey(key) };
  const sign: Authority["sign"] = (subject, publicKey, now) => {
    const extensions = clientExtensions();
    const content = { subject, publicKey, validFrom: now, validTo: now + validMs, extensions };
    return signCertificate(content, issuer);
  };
  return {
    cert,
    sign,
    issue: (commonName, now) => {
      const { publicKey, privateKey } = newKey();
      return { cert: sign(commonName, publicKey, now), key: pemOf(privateKey) };
    },
  };
}

function clientExtensions(): readonly Der[] {
  return [
    criticalExtension(ids.basicConstraints, der.sequence()),
    // Bit 0, digital signature: seven of the eight bits do not belong.
    criticalExtension(ids.keyUsage, der.bitString(Uint8Array.of(0x80), 7)),
    extension(ids.extendedKeyUsage, der.sequence(der.objectId(ids.clientAuth))),
  ];
}

function newKey(): { readonly publicKey: KeyObject; readonly privateKey: KeyObject } {
  return generateKeyPairSync("ec", { namedCurve: "prime256v1" });
}

function pemOf(privateKey: KeyObject): string {
  return privateKey.export({ type: "pkcs8", format: "pem" }).toString();
}
