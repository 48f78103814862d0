/** Names in the words of OpenSSL, or the place of one that this Node does not have; `message` is for people. */
export type TlsNames =
  | { readonly is: "valid"; readonly text: string }
  | { readonly is: "invalid"; readonly index: number; readonly message: string };

/** As the Collector writes them; those that are missing here have the same name in OpenSSL. */
const curves: ReadonlyMap<string, string> = new Map([
  ["X25519", "X25519"],
  ["P256", "P-256"],
  ["P384", "P-384"],
  ["P521", "P-521"],
  ["X25519MLKEM768", "X25519MLKEM768"],
]);

const newest = ["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"];

/**
 * Cipher suites by their IANA names as the `ciphers` of node:tls. As in Go those of TLS 1.3 are all offered where none
 * of them is named: a list of older ones is not meant to switch TLS 1.3 off.
 */
export function readCipherSuites(names: readonly string[]): TlsNames {
  const known = new Set(process.getBuiltinModule("node:tls").getCiphers());
  const suites = names.map(openSslName);
  const index = suites.findIndex((suite) => !known.has(suite.toLowerCase()));
  if (index !== -1) {
    const message =
      "expected the IANA name of a cipher suite that this Node has, as TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256";
    return { is: "invalid", index, message };
  }
  const all = suites.some((suite) => newest.includes(suite)) ? suites : [...newest, ...suites];
  return { is: "valid", text: all.join(":") };
}

/** Curves by their names in Go as the `ecdhCurve` of node:tls, in order of preference. */
export function readCurves(names: readonly string[]): TlsNames {
  const here = [...curves.keys()].filter(isHere);
  const index = names.findIndex((name) => !here.includes(name));
  if (index !== -1) {
    const message = `expected one of the curves that this Node has, ${here.join(", ")}`;
    return { is: "invalid", index, message };
  }
  return { is: "valid", text: names.map((name) => curves.get(name)).join(":") };
}

// Decided by the version: asking OpenSSL for a group that it does not have leaves an error behind in it, which comes up
// somewhere else.
function isHere(curve: string): boolean {
  const [major = 0, minor = 0] = process.versions.openssl.split(".").map(Number);
  return curve !== "X25519MLKEM768" || major > 3 || (major === 3 && minor >= 5);
}

/** `TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA` is `ECDHE-RSA-AES128-SHA`; the suites of TLS 1.3 have one name for all. */
function openSslName(name: string): string {
  if (newest.includes(name)) return name;
  const [, exchange, cipher] = /^TLS_(\w+?)_WITH_(\w+)$/.exec(name) ?? [];
  if (exchange === undefined || cipher === undefined) return "";
  const parts = cipher
    // OpenSSL leaves out the mode CBC, and the hash of POLY1305.
    .replace("_CBC_", "_")
    .replace("3DES_EDE", "DES_CBC3")
    .replace("RC4_128", "RC4")
    .replace(/^AES_(\d+)/, "AES$1")
    .replace(/POLY1305_SHA256$/, "POLY1305");
  const prefix = exchange === "RSA" ? "" : `${exchange}_`;
  return `${prefix}${parts}`.replaceAll("_", "-");
}
