import { createPrivateKey, X509Certificate } from "node:crypto";
import type { Instant } from "./state.ts";

/** What a client certificate says that matters for using it. */
export type CertificateFacts =
  | { readonly is: "readable"; readonly validFrom: Instant; readonly expiresAt: Instant }
  | { readonly is: "unreadable"; readonly why: string };

/** Looks into the first certificate of a PEM text and whether the key is the one for it. */
export function readCertificate(cert: string, key: string): CertificateFacts {
  const parsed = attempt(() => new X509Certificate(cert));
  if (parsed === undefined) return unreadable("expected a PEM certificate, found something else");
  const own = attempt(() => createPrivateKey(key));
  if (own === undefined)
    return unreadable("expected a PEM private key beside it without passphrase");
  if (!parsed.checkPrivateKey(own)) return unreadable("it is for another private key");
  const [validFrom, expiresAt] = [Date.parse(parsed.validFrom), Date.parse(parsed.validTo)];
  return { is: "readable", validFrom, expiresAt };
}

function unreadable(why: string): CertificateFacts {
  return { is: "unreadable", why };
}

// The texts of these errors quote what they were given.
function attempt<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch {
    // What cannot be read is answered as such.
    return undefined;
  }
}
