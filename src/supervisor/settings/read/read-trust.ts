import { readRegularText } from "../../../files/regular-file.ts";
import { messageOf } from "../../../errors.ts";
import { readPublicKeys } from "../../../packages/trust/ed25519.ts";
import { readCosignKeys } from "../../../packages/trust/cosign-keys.ts";
import type {
  ExactOrPattern,
  SignerIdentity,
  TrustRule,
} from "../../../packages/trust/trust-rule.ts";
import { findReadable } from "./files.ts";
import type { Reading } from "./reading.ts";

const key = "agent.packages";
/** A trusted root has some 7 kB, a key less than one. */
const maxFileBytes = 1024 * 1024;

/** `agent.packages.verify` and what belongs to it; the reference's key for the same is understood. */
export function readTrust(reading: Reading): TrustRule {
  const reference = reading.text("agent.package.verifier.type");
  const by = reading.text(`${key}.verify`) ?? reference;
  if (by === "ed25519") return { by, keys: readKeys(reading) };
  if (by === "cosign") return readCosign(reading);
  if (by === undefined && reading.flag("capabilities.accepts_packages")) {
    const message =
      "expected ed25519, cosign or none, because capabilities.accepts_packages is true, found nothing: " +
      "write `verify: ed25519` and the public_keys of whoever signs (`opampsupervisor package keygen` makes a pair), or `verify: none` to run whatever the server offers";
    reading.error("key-missing", `${key}.verify`, message);
  }
  return { by: "none" };
}

function readKeys(reading: Reading): readonly string[] {
  const path = `${key}.public_keys`;
  const keys = reading.texts(path).map((entry, index) => {
    if (readPublicKeys(entry).length > 0) return entry.trim();
    const expected =
      "expected an Ed25519 public key in base64 (44 characters), or a PEM file with some";
    const text = textIn(entry, `${path}[${index}]`, expected, reading);
    if (text === undefined || readPublicKeys(text).length > 0) return text ?? "";
    reading.error(
      "value-invalid",
      `${path}[${index}]`,
      `${expected}, found ${reading.quoted(path)}`,
    );
    return "";
  });
  if (keys.length === 0) {
    const message = "expected at least one public key, because agent.packages.verify is ed25519";
    reading.error("key-missing", path, message);
  }
  return keys;
}

function readCosign(reading: Reading): TrustRule {
  const [rootPath, keysPath] = [`${key}.cosign.trusted_root`, `${key}.cosign.public_keys`];
  const root = reading.text(rootPath);
  const keys = reading.texts(keysPath).map((entry, index) => {
    const expected = "expected a PEM file with a public key for ECDSA or RSA";
    const text = textIn(entry, `${keysPath}[${index}]`, expected, reading);
    if (text === undefined || readCosignKeys(text).length > 0) return text ?? "";
    const message = `${expected}, found ${reading.quoted(keysPath)}`;
    reading.error("value-invalid", `${keysPath}[${index}]`, message);
    return "";
  });
  const identities = readIdentities(reading);
  if (keys.length === 0 && (root === undefined || identities.length === 0)) {
    const message =
      "expected trusted_root (a trusted_root.json of Sigstore) and identities, or public_keys, because packages are verified by cosign";
    reading.error("key-missing", `${key}.cosign`, message);
  }
  return { by: "cosign", trustedRoot: readRoot(root, rootPath, reading), identities, keys };
}

function readRoot(entry: string | undefined, path: string, reading: Reading): string | undefined {
  if (entry === undefined) return undefined;
  const expected = "expected the trusted_root.json of a Sigstore";
  const text = textIn(entry, path, expected, reading);
  if (text === undefined || isTrustedRoot(text)) return text;
  reading.error("value-invalid", path, `${expected}, found ${reading.quoted(path)}`);
  return undefined;
}

function isTrustedRoot(text: string): boolean {
  try {
    const root = JSON.parse(text) as { readonly mediaType?: unknown } | null;
    return typeof root?.mediaType === "string" && root.mediaType.includes("sigstore.trustedroot");
  } catch {
    return false;
  }
}

function readIdentities(reading: Reading): readonly SignerIdentity[] {
  const path = `${key}.cosign.identities`;
  const node = reading.node(path);
  const count = node?.kind === "list" ? node.items.length : 0;
  return Array.from({ length: count }, (_, index) => {
    const place = `${path}[${index}]`;
    return {
      issuer: readEither("issuer", place, reading),
      subject: readEither("subject", place, reading),
    };
  });
}

function readEither(name: string, place: string, reading: Reading): ExactOrPattern {
  const [text, pattern] = [
    reading.text(`${place}.${name}`),
    reading.text(`${place}.${name}_regex`),
  ];
  if ((text === undefined) === (pattern === undefined)) {
    const found = text === undefined ? "neither" : "both";
    const message = `expected either ${name} or ${name}_regex, found ${found}`;
    reading.error("value-invalid", place, message);
  }
  if (pattern === undefined) return { is: "exact", text: text ?? "" };
  try {
    new RegExp(pattern);
  } catch (error) {
    const message = `expected a regular expression: ${messageOf(error)}`;
    reading.error("value-invalid", `${place}.${name}_regex`, message);
  }
  return { is: "pattern", pattern };
}

function textIn(
  entry: string,
  path: string,
  expected: string,
  reading: Reading,
): string | undefined {
  const name = reading.quoted(path);
  const found = findReadable(entry.replace(/^file:(\/\/)?/, ""), name, reading.sources);
  if (found.is === "unusable") {
    reading.error(found.code, path, `${found.message}: ${expected}`);
    return undefined;
  }
  try {
    return readRegularText(found.file, maxFileBytes);
  } catch (error) {
    reading.error("file-unreadable", path, `${messageOf(error)}: ${expected}`);
    return undefined;
  }
}
