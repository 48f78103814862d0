import { generateKeyPairSync, sign } from "node:crypto";
import type { Certificate } from "../../../src/dev-server/connections/self-signed.ts";
import * as der from "../../../src/pki/der.ts";

const hourMs = 60 * 60 * 1000;

/** A self-signed certificate without any extension (X.509 v1): a receiver that is given it as its authority takes it. */
export function makeClientCertificate(name: string): Certificate {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  const algorithm = der.sequence(der.objectId("1.2.840.10045.4.3.2"));
  const attribute = der.sequence(der.objectId("2.5.4.3"), der.utf8String(name));
  const subject = der.sequence(der.set(attribute));
  const unsigned = der.sequence(
    der.integer(Uint8Array.of(0x42)),
    algorithm,
    subject,
    der.sequence(der.time(Date.now() - hourMs), der.time(Date.now() + hourMs)),
    subject,
    publicKey.export({ type: "spki", format: "der" }),
  );
  const signature = der.bitString(sign("sha256", unsigned, privateKey));
  return {
    cert: der.pem("CERTIFICATE", der.sequence(unsigned, algorithm, signature)),
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  };
}
