import { createPublicKey, type KeyObject, verify } from "node:crypto";
import { type Statement, statementBytes } from "./statement.ts";

const signatureBytes = 64;
/** What stands before the 32 bytes of a key in its usual form (RFC 8410). */
const spkiHead = Buffer.from("302a300506032b6570032100", "hex");
const pemBlock = /-----BEGIN PUBLIC KEY-----[^-]+-----END PUBLIC KEY-----/g;

/** The Ed25519 public keys in a text: blocks of PEM, or 32 bytes in base64; empty where there is none. */
export function readPublicKeys(text: string): readonly KeyObject[] {
  const blocks = text.match(pemBlock) ?? [];
  const forms: readonly (string | Buffer)[] = blocks.length > 0 ? blocks : rawKey(text.trim());
  return forms.flatMap((form) => {
    const key = keyOf(form);
    return key?.asymmetricKeyType === "ed25519" ? [key] : [];
  });
}

/** A public key as one line for supervisor.yaml. */
export function publicKeyText(key: KeyObject): string {
  const der = key.export({ type: "spki", format: "der" });
  return der.subarray(spkiHead.length).toString("base64");
}

/** Why a signature does not prove a statement; undefined: one of the keys made it. */
export function faultOfSignature(
  statement: Statement,
  signature: Uint8Array | undefined,
  keys: readonly string[],
): string | undefined {
  if (signature === undefined || signature.length === 0) {
    return "expected a signature (agent.packages.verify: ed25519), found none";
  }
  const bytes = signatureOf(signature);
  if (bytes === undefined) {
    return `expected an Ed25519 signature of ${signatureBytes} bytes, or those in base64, found ${signature.length} bytes`;
  }
  const signed = statementBytes(statement);
  const fits = keys.flatMap(readPublicKeys).some((key) => verify(null, signed, key, bytes));
  if (fits) return undefined;
  return "the signature is none of this package, version and file by a key of agent.packages.public_keys";
}

/** As it is, or as a text that somebody pasted. */
function signatureOf(signature: Uint8Array): Uint8Array | undefined {
  if (signature.length === signatureBytes) return signature;
  const text = Buffer.from(signature).toString("latin1").trim();
  return /^[A-Za-z0-9+/]{86}==$/.test(text) ? Buffer.from(text, "base64") : undefined;
}

function rawKey(text: string): readonly Buffer[] {
  if (!/^[A-Za-z0-9+/]{43}=$/.test(text)) return [];
  return [Buffer.concat([spkiHead, Buffer.from(text, "base64")])];
}

function keyOf(form: string | Buffer): KeyObject | undefined {
  try {
    if (typeof form === "string") return createPublicKey(form);
    return createPublicKey({ key: form, format: "der", type: "spki" });
  } catch {
    return undefined;
  }
}
