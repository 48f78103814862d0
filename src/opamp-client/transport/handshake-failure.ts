const withCertificate = "check tls.cert_file and tls.key_file";
const newCertificate = "have the one in tls.cert_file replaced";

/** What the other side says when it ends a handshake, by its number (RFC 8446, section 6). */
const alerts: ReadonlyMap<number, string> = new Map([
  [
    40,
    `the server refused the TLS handshake: it may want a client certificate (${withCertificate}) or other versions or cipher suites of TLS`,
  ],
  [42, `the server refused our client certificate as a bad one: ${withCertificate}`],
  [43, `the server does not take client certificates of this kind: ${newCertificate}`],
  [44, `the server says that our client certificate has been revoked: ${newCertificate}`],
  [45, `the server says that our client certificate has expired: ${newCertificate}`],
  [46, `the server refused our client certificate: ${withCertificate}`],
  [
    48,
    `the server does not know the authority that our client certificate is from: ${withCertificate}`,
  ],
  [49, `the server knows our client certificate and lets it do nothing: ${withCertificate}`],
  [
    70,
    "the server speaks none of the TLS versions that are allowed here: check tls.min_version and tls.max_version",
  ],
  [
    71,
    "the server wants better cipher suites than are allowed here: check tls.cipher_suites and tls.min_version",
  ],
  [80, "the server has a problem of its own with TLS"],
  [
    112,
    "the server has no certificate for that name: check the host of the endpoint and tls.server_name_override",
  ],
  [116, `the server wants a client certificate: set tls.cert_file and tls.key_file`],
]);

/** Failures of our own side; OpenSSL has one code for all, or one each by version: only the text tells them apart. */
const ownWords: readonly (readonly [RegExp, string])[] = [
  [
    /wrong version number|packet length too long|record layer failure/,
    "the server does not speak TLS on that port: use ws or http, or another port",
  ],
  [
    /unsupported protocol|no protocols available/,
    "the server speaks none of the TLS versions that are allowed here: check tls.min_version and tls.max_version",
  ],
  [
    /no shared cipher|wrong cipher returned|no ciphers available/,
    "the server speaks none of the cipher suites that are allowed here: check tls.cipher_suites",
  ],
  [
    /key values mismatch/,
    "our client certificate and its key do not belong together: check tls.cert_file and tls.key_file",
  ],
];

/** Why TLS was not agreed on, from OpenSSL's text, and what to do about it; undefined for other texts. */
export function handshakeFailure(text: string): string | undefined {
  const [, number] = /SSL alert number (\d+)/.exec(text) ?? [];
  if (number !== undefined) {
    return alerts.get(Number(number)) ?? "the server refused the TLS handshake";
  }
  return ownWords.find(([words]) => words.test(text))?.[1];
}
