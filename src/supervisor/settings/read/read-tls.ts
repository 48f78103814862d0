import { readFileSync } from "node:fs";
import { readCipherSuites, readCurves, type TlsNames } from "../../../net/tls-names.ts";
import type { TlsSettings } from "../settings.ts";
import { findReadable } from "./files.ts";
import { certificateShape, keyShape } from "../../../pki/pem.ts";
import type { Reading } from "./reading.ts";

const tls = "server.tls";

type Version = TlsSettings["minVersion"];
const versions: Readonly<Record<string, Version>> = {
  "1.0": "TLSv1",
  "1.1": "TLSv1.1",
  "1.2": "TLSv1.2",
  "1.3": "TLSv1.3",
};

/** `server.tls`. The files are read only where the endpoint uses TLS, as the reference does. */
export function readTls(reading: Reading, secure: boolean): TlsSettings {
  refuseContradictions(reading);
  const { minVersion, maxVersion } = readVersions(reading);
  const ciphers = readNames("cipher_suites", readCipherSuites, reading);
  const curves = readNames("curve_preferences", readCurves, reading);
  const plain = { ...noFiles, minVersion, maxVersion, ciphers, curves };
  if (!secure) return withoutTls(reading, plain);
  const hasCa = isSet("ca", reading);
  if (reading.flag(`${tls}.insecure`) && !hasCa) return insecure(reading, plain);
  const ca = readPem("ca", certificateShape, "a PEM certificate", reading);
  const cert = readPem("cert", certificateShape, "a PEM certificate", reading);
  const key = readPem("key", keyShape, "a PEM private key without passphrase", reading);
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

type Material = "ca" | "cert" | "key";
const materials: readonly Material[] = ["ca", "cert", "key"];

function isSet(material: Material, { text }: Reading): boolean {
  return [`${tls}.${material}_file`, `${tls}.${material}_pem`].some(
    (path) => text(path) !== undefined,
  );
}

function refuseContradictions(reading: Reading): void {
  for (const material of materials) {
    const [file, pem] = [`${tls}.${material}_file`, `${tls}.${material}_pem`];
    if (!reading.written(file) || !reading.written(pem)) continue;
    const message = `expected either ${material}_file or ${material}_pem, found both: remove one`;
    reading.error("value-invalid", pem, message);
  }
  const [cert, key] = [isSet("cert", reading), isSet("key", reading)];
  if (cert === key) return;
  const [there, missing] = cert ? ["certificate", "key"] : ["key", "certificate"];
  const message = `a client ${there} without its ${missing}: set cert_file and key_file (or the _pem keys)`;
  reading.error("key-missing", `${tls}.${cert ? "key_file" : "cert_file"}`, message);
}

function readVersions(reading: Reading): Pick<TlsSettings, "minVersion" | "maxVersion"> {
  const minVersion = versions[reading.text(`${tls}.min_version`) ?? ""] ?? "TLSv1.2";
  const maxVersion = versions[reading.text(`${tls}.max_version`) ?? ""];
  if (maxVersion !== undefined && maxVersion < minVersion) {
    const message = `expected a version from min_version (${minVersion}) upwards, found ${maxVersion}`;
    reading.error("value-invalid", `${tls}.max_version`, message);
  }
  return { minVersion, maxVersion };
}

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

// The names are looked up only where some are written: that loads TLS.
function readNames(
  name: string,
  read: (names: readonly string[]) => TlsNames,
  reading: Reading,
): string | undefined {
  const path = `${tls}.${name}`;
  const names = reading.texts(path);
  if (names.length === 0) return undefined;
  const found = read(names);
  if (found.is === "valid") return found.text;
  const place = `${path}[${found.index}]`;
  reading.error("value-invalid", place, `${found.message}; found ${reading.quoted(place)}`);
  return undefined;
}

interface Pem {
  readonly text: string | undefined;
  readonly file: string | undefined;
}

function readPem(material: Material, shape: RegExp, expected: string, reading: Reading): Pem {
  const path = `${tls}.${material}_file`;
  const file = reading.text(path);
  if (file === undefined) {
    const inline = `${tls}.${material}_pem`;
    const text = checkPem(reading.text(inline), inline, shape, expected, reading);
    return { text, file: undefined };
  }
  const found = findReadable(file, reading.quoted(path), reading.sources);
  if (found.is === "found") {
    const text = checkPem(readFileSync(found.file, "utf8"), path, shape, expected, reading);
    return { text, file: found.file };
  }
  reading.error(found.code, path, `${found.message}: expected ${expected}`);
  return { text: undefined, file: undefined };
}

function checkPem(
  pem: string | undefined,
  path: string,
  shape: RegExp,
  expected: string,
  reading: Reading,
): string | undefined {
  if (pem === undefined || shape.test(pem)) return pem;
  const message = `expected ${expected} (-----BEGIN … -----END …), found something else`;
  reading.error("value-invalid", path, message);
  return undefined;
}
