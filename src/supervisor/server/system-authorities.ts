import { textOrNothing } from "../../files/read-if-there.ts";
import { certificateShape } from "../../pki/pem.ts";

/** Where the systems keep the authorities that they trust, all in one file. */
const bundles = [
  "/etc/ssl/certs/ca-certificates.crt",
  "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
  "/etc/pki/tls/certs/ca-bundle.crt",
  "/etc/ssl/ca-bundle.pem",
  "/etc/ssl/cert.pem",
];

/**
 * The authorities that this machine trusts, PEM, or undefined where no file has them. Node knows those that are known
 * everywhere, without the ones that an administrator has added. `SSL_CERT_FILE` names another file, as for Go.
 */
export function systemAuthorities(
  environment: ReadonlyMap<string, string>,
): Promise<string | undefined> {
  const named = environment.get("SSL_CERT_FILE") ?? "";
  for (const file of named === "" ? bundles : [named]) {
    const text = textOrNothing(file);
    if (certificateShape.test(text)) return Promise.resolve(text);
  }
  return Promise.resolve(undefined);
}
