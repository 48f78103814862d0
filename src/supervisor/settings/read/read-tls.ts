import { readCipherSuites, readCurves } from "../../../net/tls-names.ts";
import type { TlsSettings } from "../settings.ts";
import { certificateShape, keyShape } from "../../../pki/pem.ts";
import {
  isSet,
  materials,
  readNames,
  readPem,
  readVersions,
  refuseContradictions,
} from "./read-tls-parts.ts";
import type { Reading } from "./reading.ts";

const tls = "server.tls";

/** `server.tls`. The files are read only where the endpoint uses TLS, as the reference does. */
export function readTls(reading: Reading, secure: boolean): TlsSettings {
  refuseContradictions(tls, reading);
  const { minVersion, maxVersion } = readVersions(tls, reading);
  const ciphers = readNames(tls, "cipher_suites", readCipherSuites, reading);
  const curves = readNames(tls, "curve_preferences", readCurves, reading);
  const plain = { ...noFiles, minVersion, maxVersion, ciphers, curves };
  if (!secure) return withoutTls(reading, plain);
  const hasCa = isSet(tls, "ca", reading);
  if (reading.flag(`${tls}.insecure`) && !hasCa) return insecure(reading, plain);
  const ca = readPem(tls, "ca", certificateShape, "a PEM certificate", reading);
  const cert = readPem(tls, "cert", certificateShape, "a PEM certificate", reading);
  const key = readPem(tls, "key", keyShape, "a PEM private key without passphrase", reading);
  return {
    ...plain,
    ...{ ca: ca.text, cert: cert.text, key: key.text },
    ...{ caFile: ca.file, certFile: cert.file, keyFile: key.file },
    includeSystemCa: reading.flag(`${tls}.include_system_ca_certs_pool`),
    skipVerify: reading.flag(`${tls}.insecure_skip_verify`),
    serverName: reading.text(`${tls}.server_name_override`),
  };
}

const noFiles = {
  ca: undefined,
  includeSystemCa: false,
  cert: undefined,
  key: undefined,
  skipVerify: false,
  serverName: undefined,
  caFile: undefined,
  certFile: undefined,
  keyFile: undefined,
} as const;

// `insecure: true` beside ws:// is usual and right; certificates there would never be used.
function withoutTls(reading: Reading, settings: TlsSettings): TlsSettings {
  for (const material of materials) {
    const path = [`${tls}.${material}_file`, `${tls}.${material}_pem`].find(reading.written);
    if (path !== undefined)
      reading.warn("not-acted-on", path, "no effect: ws and http do not use TLS");
  }
  return settings;
}

// The reference then builds no TLS settings at all: the server is verified against the system's authorities.
function insecure(reading: Reading, settings: TlsSettings): TlsSettings {
  const message =
    "without a CA this makes the rest of tls ignored, and does not switch TLS off: " +
    "use insecure_skip_verify alone to accept any certificate, or ws:// for no TLS";
  reading.warn("not-acted-on", `${tls}.insecure`, message);
  return settings;
}
