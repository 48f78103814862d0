import { readCipherSuites, readCurves } from "../../../net/tls-names.ts";
import { certificateShape, keyShape } from "../../../pki/pem.ts";
import type { HealthPageSettings, PageTls } from "../settings.ts";
import {
  readNames,
  readPem,
  readPemFile,
  readVersions,
  refuseContradictions,
} from "./read-tls-parts.ts";
import type { Reading } from "./reading.ts";

const path = "healthcheck.endpoint";
const tls = "healthcheck.tls";

/** `healthcheck`; undefined where no page is to be served. */
export function readHealthPage(reading: Reading): HealthPageSettings | undefined {
  const written = reading.text(path);
  if (written === undefined) return undefined;
  const [, host = "", digits = ""] = /^(\[[^\]]+\]|[^\s/:]*):(\d+)$/.exec(written) ?? [];
  const port = Number(digits);
  const found = reading.quoted(path);
  if (port > 65_535) {
    reading.error("value-invalid", path, `expected a port up to 65535, found ${found}`);
    return undefined;
  }
  if (port === 0) {
    // The reference goes on without a word.
    reading.warn("value-invalid", path, `no page is served: expected host:port, found ${found}`);
    return undefined;
  }
  if (!mayServe(reading)) return undefined;
  return { host: host.replace(/^\[|\]$/g, ""), port, tls: readPageTls(reading) };
}

// A page that was to be kept from others is not shown to everybody.
function mayServe(reading: Reading): boolean {
  const authenticator = "healthcheck.auth.authenticator";
  if (reading.text(authenticator) !== undefined) {
    const message = "no page is served: who asks for it cannot be checked here";
    reading.warn("not-acted-on", authenticator, message);
    return false;
  }
  const transport = "healthcheck.transport";
  if (/^tcp[46]?$/.test(reading.text(transport) ?? "tcp")) return true;
  reading.warn("not-acted-on", transport, "no page is served: expected tcp");
  return false;
}

function readPageTls(reading: Reading): PageTls | undefined {
  if (reading.node(tls) === undefined || reading.bare(tls)) return undefined;
  refuseContradictions(tls, reading);
  const cert = readPem(tls, "cert", certificateShape, "a PEM certificate", reading).text;
  const key = readPem(tls, "key", keyShape, "a PEM private key without passphrase", reading).text;
  const clients = `${tls}.client_ca_file`;
  const file = reading.text(clients);
  const authorities =
    file === undefined
      ? undefined
      : readPemFile(file, clients, certificateShape, "a PEM certificate", reading).text;
  if (cert === undefined || key === undefined) {
    const message =
      "expected cert_file and key_file (or the _pem keys): without them there is no TLS";
    reading.error("key-missing", tls, message);
    return undefined;
  }
  return {
    ...{ cert, key, clientCa: authorities },
    ...readVersions(tls, reading),
    ciphers: readNames(tls, "cipher_suites", readCipherSuites, reading),
    curves: readNames(tls, "curve_preferences", readCurves, reading),
  };
}
