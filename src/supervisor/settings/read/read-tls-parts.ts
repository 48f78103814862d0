import { messageOf } from "../../../errors.ts";
import { readRegularText } from "../../../files/regular-file.ts";
import type { TlsNames } from "../../../net/tls-names.ts";
import type { TlsSettings } from "../settings.ts";
import { findReadable } from "./files.ts";
import type { Reading } from "./reading.ts";

type Version = TlsSettings["minVersion"];
const versions: Readonly<Record<string, Version>> = {
  "1.0": "TLSv1",
  "1.1": "TLSv1.1",
  "1.2": "TLSv1.2",
  "1.3": "TLSv1.3",
};

type Material = "ca" | "cert" | "key";
/** What a file or a text holds. */
export const materials: readonly Material[] = ["ca", "cert", "key"];

/** Whether the file or the text of it is written below `tls`. */
export function isSet(tls: string, material: Material, { text }: Reading): boolean {
  return [`${tls}.${material}_file`, `${tls}.${material}_pem`].some(
    (path) => text(path) !== undefined,
  );
}

/** Reports a file and a text for the same thing, and a certificate or key without the other. */
export function refuseContradictions(tls: string, reading: Reading): void {
  for (const material of materials) {
    const [file, pem] = [`${tls}.${material}_file`, `${tls}.${material}_pem`];
    if (!reading.written(file) || !reading.written(pem)) continue;
    const message = `expected either ${material}_file or ${material}_pem, found both: remove one`;
    reading.error("value-invalid", pem, message);
  }
  const [cert, key] = [isSet(tls, "cert", reading), isSet(tls, "key", reading)];
  if (cert === key) return;
  const [there, missing] = cert ? ["certificate", "key"] : ["key", "certificate"];
  const message = `a ${there} without its ${missing}: set cert_file and key_file (or the _pem keys)`;
  reading.error("key-missing", `${tls}.${cert ? "key_file" : "cert_file"}`, message);
}

/** The oldest and the newest version that are accepted. */
export function readVersions(
  tls: string,
  reading: Reading,
): Pick<TlsSettings, "minVersion" | "maxVersion"> {
  const minVersion = versions[reading.text(`${tls}.min_version`) ?? ""] ?? "TLSv1.2";
  const maxVersion = versions[reading.text(`${tls}.max_version`) ?? ""];
  if (maxVersion !== undefined && maxVersion < minVersion) {
    const message = `expected a version from min_version (${minVersion}) upwards, found ${maxVersion}`;
    reading.error("value-invalid", `${tls}.max_version`, message);
  }
  return { minVersion, maxVersion };
}

/** Names of ciphers or curves in the words of OpenSSL. They are looked up only where some are written: that loads TLS. */
export function readNames(
  tls: string,
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

/** The text of a file, or the text itself. What is no PEM is reported. */
export function readPem(
  tls: string,
  material: Material,
  shape: RegExp,
  expected: string,
  reading: Reading,
): Pem {
  const path = `${tls}.${material}_file`;
  const file = reading.text(path);
  if (file === undefined) {
    const inline = `${tls}.${material}_pem`;
    const text = checkPem(reading.text(inline), inline, shape, expected, reading);
    return { text, file: undefined };
  }
  return readPemFile(file, path, shape, expected, reading);
}

/** The text of a file that is named at `path`. */
export function readPemFile(
  file: string,
  path: string,
  shape: RegExp,
  expected: string,
  reading: Reading,
): Pem {
  const found = findReadable(file, reading.quoted(path), reading.sources);
  if (found.is === "found") {
    const text = readIt(found.file, path, reading);
    return { text: checkPem(text, path, shape, expected, reading), file: found.file };
  }
  reading.error(found.code, path, `${found.message}: expected ${expected}`);
  return { text: undefined, file: undefined };
}

/** No bundle of authorities is larger. */
const maxPemBytes = 16 * 1024 * 1024;

function readIt(file: string, path: string, reading: Reading): string | undefined {
  try {
    return readRegularText(file, maxPemBytes);
  } catch (error) {
    reading.error("file-unreadable", path, messageOf(error));
    return undefined;
  }
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
