import { X509Certificate } from "node:crypto";
import type { ServerOptions } from "node:https";
import type { TLSSocket } from "node:tls";
import { test, onTestFinished, expect } from "vitest";
import { type TlsOptions, defaultTls } from "../../src/opamp-client/transport/client-options.ts";
import { createAuthority, type Pair } from "../helpers/net/certificates.ts";
import { startFakeServer } from "../helpers/opamp/fake-opamp-server.ts";
import { faultWay } from "../helpers/net/fault-way.ts";
import { lookingFor, goesOnTrying, reasons, reason } from "./client.ts";

const authority = createAuthority("Ours");
const trusting: TlsOptions = { ...defaultTls, ca: authority.cert, includeSystemCa: false };
const ours = authority.issue({ usage: "client" });
const revoked = authority.issue({ usage: "client" });
const strange = createAuthority("Somebody Else").issue({ usage: "client" });

const showing = (pair: Pair | undefined): TlsOptions => ({
  ...trusting,
  cert: pair?.cert,
  key: pair?.key,
});

function asking(maxVersion: "TLSv1.2" | "TLSv1.3"): ServerOptions {
  const crl = authority.revoke(revoked);
  return { ...authority.issue(), ca: authority.cert, crl, requestCert: true, maxVersion };
}

const wanted =
  /the server wants a client certificate: set tls\.cert_file and tls\.key_file \(tlsv13 alert certificate required\)$/;
const refused =
  /the server refused the TLS handshake: it may want a client certificate \(check tls\.cert_file and tls\.key_file\) or other versions or cipher suites of TLS \((?:sslv3|ssl\/tls) alert handshake failure\)$/;
// A server in Node ends the connection without a word; with TLS 1.3 that is after the handshake.
const brokenOff =
  /the other side broke the connection off (?:before it answered|in the middle of the TLS handshake): it may want another client certificate \(tls\.cert_file\), or not speak this protocol on that port \(/;

test.each(
  (["wss", "https"] as const).flatMap((scheme) =>
    (
      [
        ["none", undefined, "TLSv1.2", refused],
        ["none", undefined, "TLSv1.3", wanted],
        ["one of another authority", strange, "TLSv1.2", brokenOff],
        ["one of another authority", strange, "TLSv1.3", brokenOff],
        ["one that is revoked", revoked, "TLSv1.2", brokenOff],
        ["one that is revoked", revoked, "TLSv1.3", brokenOff],
      ] as const
    ).map((row) => [scheme, ...row] as const),
  ),
)(
  "%s: a server that wants a certificate gets %s (%s, %s), until it is replaced",
  async (scheme, _what, pair, version, words) => {
    const server = await startFakeServer({ tls: asking(version) });
    let shown: Pair | undefined = pair;
    const endpoint = scheme === "wss" ? server.wsUrl : server.httpUrl;
    const watched = lookingFor(endpoint, { dial: () => Promise.resolve({ tls: showing(shown) }) });
    await goesOnTrying(watched);
    // The bytes of an alert can be overtaken by the end of the connection that carries it.
    for (const each of reasons(watched))
      expect(each).toMatch(wanted === words ? /the server wants|broke the connection off/ : words);
    if (words === wanted) {
      await watched.events.until(
        (event) =>
          event.on === "link-changed" &&
          event.link.at === "waiting" &&
          wanted.test(event.link.reason),
      );
    }
    shown = ours;
    await watched.link("accepted");
  },
);

test("a server that refuses one certificate by its fingerprint is told, until another one is shown", async () => {
  const blocked = new X509Certificate(ours.cert).fingerprint256;
  const server = await startFakeServer({ tls: asking("TLSv1.3") });
  server.onSecure((socket: TLSSocket) => {
    if (socket.getPeerCertificate().fingerprint256 === blocked) socket.destroy();
  });
  let shown: Pair = ours;
  const dial = () => Promise.resolve({ tls: showing(shown) });
  const watched = lookingFor(server.wsUrl, { dial });
  await goesOnTrying(watched);
  for (const each of reasons(watched)) expect(each).toMatch(brokenOff);
  shown = authority.issue({ usage: "client" });
  await watched.link("accepted");
});

// What a server says of a certificate, in the plain records in which TLS 1.2 says it.
test.each([
  [42, "the server refused our client certificate as a bad one: check tls.cert_file"],
  [43, "the server does not take client certificates of this kind"],
  [44, "the server says that our client certificate has been revoked"],
  [45, "the server says that our client certificate has expired"],
  [46, "the server refused our client certificate: check"],
  [48, "the server does not know the authority that our client certificate is from"],
  [49, "the server knows our client certificate and lets it do nothing"],
  [70, "the server speaks none of the TLS versions that are allowed here: check tls.min_version"],
  [71, "the server wants better cipher suites than are allowed here: check tls.cipher_suites"],
  [80, "the server has a problem of its own with TLS"],
  [112, "the server has no certificate for that name"],
  [116, "the server wants a client certificate: set tls.cert_file"],
  [120, "the server refused the TLS handshake (tlsv1 alert no application protocol)"],
])("alert %i is put into words, and outlived", async (number, words) => {
  const server = await startFakeServer({ tls: authority.issue() });
  const way = await faultWay(server.port, onTestFinished);
  way.become({ say: Uint8Array.of(0x15, 0x03, 0x03, 0x00, 0x02, 0x02, number) });
  const watched = lookingFor(`wss://127.0.0.1:${way.port}/`, { tls: trusting });
  expect(await reason(watched)).toContain(`connection to 127.0.0.1:${way.port} failed: ${words}`);
  way.become("pass");
  await watched.link("accepted");
});

test.each<[string, ServerOptions, Partial<TlsOptions>, string]>([
  [
    "version",
    { minVersion: "TLSv1.3" },
    { maxVersion: "TLSv1.2" },
    "the server speaks none of the TLS versions that are allowed here",
  ],
  [
    "version",
    { maxVersion: "TLSv1.2" },
    { minVersion: "TLSv1.3" },
    "the server speaks none of the TLS versions that are allowed here",
  ],
  [
    "cipher suite",
    { ciphers: "ECDHE-ECDSA-AES128-GCM-SHA256", maxVersion: "TLSv1.2" },
    { ciphers: "ECDHE-ECDSA-AES256-GCM-SHA384" },
    "other versions or cipher suites of TLS",
  ],
  ["curve", { ecdhCurve: "P-521" }, { curves: "X25519" }, "other versions or cipher suites of TLS"],
])("no %s in common is told", async (_what, options, tls, words) => {
  const server = await startFakeServer({ tls: { ...authority.issue(), ...options } });
  const watched = lookingFor(server.wsUrl, { tls: { ...trusting, ...tls } });
  expect(await reason(watched)).toContain(words);
});
