import { generateKeyPairSync, sign } from "node:crypto";
import * as der from "./der.ts";

/** A request to sign a key, and the key, PEM. */
interface RequestAndKey {
  readonly csr: string;
  /** The key, PEM; it stays here. */
  readonly key: string;
}

const ids = { commonName: "2.5.4.3", ecdsaWithSha256: "1.2.840.10045.4.3.2" } as const;

/** Makes a key (EC P-256) and the request for a certificate with this name in it (PKCS #10). */
export function makeCertificateRequest(commonName: string): RequestAndKey {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  const name = der.sequence(der.objectId(ids.commonName), der.utf8String(commonName));
  const unsigned = der.sequence(
    der.integer(Uint8Array.of(0)),
    der.sequence(der.set(name)),
    publicKey.export({ type: "spki", format: "der" }),
    // No attributes; their place is there all the same.
    der.explicit(0),
  );
  const algorithm = der.sequence(der.objectId(ids.ecdsaWithSha256));
  const signature = der.bitString(sign("sha256", unsigned, privateKey));
  return {
    csr: der.pem("CERTIFICATE REQUEST", der.sequence(unsigned, algorithm, signature)),
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  };
}
