import { X509Certificate, createPrivateKey } from "node:crypto";
import { readRegularText } from "../../files/regular-file.ts";
import { messageOf } from "../../errors.ts";
import type { Logger } from "../log/log.ts";
import { certificateShape, keyShape } from "../../pki/pem.ts";
import type { TlsSettings } from "../settings/settings.ts";

/** The part of the settings that comes from files. */
type Texts = Partial<Pick<TlsSettings, "ca" | "cert" | "key">>;

/**
 * The TLS settings with the files that they name as they are now. What cannot be used, because it is not there, is no
 * PEM, or is a certificate without its key, stays as it was before, and one warning says so.
 */
export function createTlsFiles(settings: TlsSettings, log: Logger): () => Promise<TlsSettings> {
  let good = settings;
  // At the start the texts are new: they were read with the settings a moment ago, and the first message does not wait.
  let fresh = true;
  const told = new Map<string, string>();

  function refresh(files: string, read: () => Texts): void {
    try {
      const texts = read();
      if (told.delete(files)) log.info({ files }, "certificate files can be used again");
      good = { ...good, ...texts };
    } catch (error) {
      const reason = messageOf(error);
      if (told.get(files) === reason) return;
      told.set(files, reason);
      log.warn({ files, reason }, "certificate files cannot be used: the former ones stay in use");
    }
  }

  const now = (): TlsSettings => {
    if (fresh) {
      fresh = false;
      return good;
    }
    const { caFile, certFile, keyFile } = settings;
    if (caFile !== undefined) refresh(caFile, () => ({ ca: readCa(caFile, good) }));
    const own = [certFile, keyFile].filter((file) => file !== undefined);
    if (own.length > 0) refresh(own.join(", "), () => readPair(settings, good));
    return good;
  };
  return () => Promise.resolve(now());
}

function readCa(file: string, former: TlsSettings): string {
  const ca = readPem(file, certificateShape, "certificate");
  if (ca !== former.ca) new X509Certificate(ca);
  return ca;
}

// Both are taken over or none: they are replaced one after the other, and a connection may be made in between.
function readPair(settings: TlsSettings, former: TlsSettings): Texts {
  const { certFile, keyFile } = settings;
  const cert =
    certFile === undefined ? settings.cert : readPem(certFile, certificateShape, "certificate");
  const key =
    keyFile === undefined
      ? settings.key
      : readPem(keyFile, keyShape, "private key without passphrase");
  if (cert === former.cert && key === former.key) return {};
  const fits = new X509Certificate(cert ?? "").checkPrivateKey(createPrivateKey(key ?? ""));
  if (!fits) throw new Error("the certificate and the key do not belong together");
  return { cert, key };
}

/** No bundle of authorities is larger. */
const maxPemBytes = 16 * 1024 * 1024;

function readPem(file: string, shape: RegExp, expected: string): string {
  const text = readRegularText(file, maxPemBytes);
  if (shape.test(text)) return text;
  throw new Error(`expected a PEM ${expected} in ${file}, found something else`);
}
