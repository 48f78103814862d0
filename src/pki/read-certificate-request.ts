import { type KeyObject, createPublicKey, verify } from "node:crypto";
import {
  membersOf,
  readDer,
  derTag,
  bytesOfBitString,
  type DerValue,
  objectIdOf,
} from "./read-der.ts";

/** What is in a certificate request, or why it is none that can be signed. */
export type ReadRequest =
  | { readonly is: "request"; readonly commonName: string; readonly publicKey: KeyObject }
  | { readonly is: "unreadable"; readonly why: string };

/** Requests are small; reading and checking a huge one would cost more than anybody needs. */
const maxBytes = 16 * 1024;
const maxNameLength = 64;
const rsaBits = { least: 2048, most: 8192 } as const;
const curves: ReadonlySet<string> = new Set(["prime256v1", "secp384r1", "secp521r1"]);

/** Signature algorithms by their object identifier, and the digest that each of them signs. */
const algorithms: ReadonlyMap<string, { readonly key: string; readonly digest: string | null }> =
  new Map([
    ["1.2.840.10045.4.3.2", { key: "ec", digest: "sha256" }],
    ["1.2.840.10045.4.3.3", { key: "ec", digest: "sha384" }],
    ["1.2.840.10045.4.3.4", { key: "ec", digest: "sha512" }],
    ["1.2.840.113549.1.1.11", { key: "rsa", digest: "sha256" }],
    ["1.2.840.113549.1.1.12", { key: "rsa", digest: "sha384" }],
    ["1.2.840.113549.1.1.13", { key: "rsa", digest: "sha512" }],
    ["1.3.101.112", { key: "ed25519", digest: null }],
  ]);
const commonNameId = "2.5.4.3";

/** Reads a request (PKCS #10, PEM) and checks its signature; never throws, whatever the bytes are. */
export function readCertificateRequest(pem: Uint8Array): ReadRequest {
  if (pem.length > maxBytes) {
    return unreadable(`expected at most ${maxBytes} bytes, found ${pem.length}`);
  }
  const der = derIn(Buffer.from(pem).toString("latin1"));
  if (der === undefined) return unreadable("expected one PEM block CERTIFICATE REQUEST");
  const parts = membersOf(readDer(der));
  const [body, algorithm, signature] = parts ?? [];
  if (body === undefined || parts?.length !== 3) return unreadable("expected PKCS #10 in it");
  const [version, subject, key] = membersOf(body) ?? [];
  if (version?.tag !== derTag.integer || key === undefined) {
    return unreadable("expected a version, a subject and a key in it");
  }
  const publicKey = keyIn(key);
  if (typeof publicKey === "string") return unreadable(publicKey);
  const wrong = signatureProblem(body, algorithm, bytesOfBitString(signature), publicKey);
  if (wrong !== undefined) return unreadable(wrong);
  const commonName = commonNameIn(subject);
  return commonName === undefined
    ? unreadable(`expected one common name of 1 to ${maxNameLength} characters in its subject`)
    : { is: "request", commonName, publicKey };
}

function unreadable(why: string): ReadRequest {
  return { is: "unreadable", why };
}

function derIn(text: string): Uint8Array | undefined {
  const lines = text.trim().split(/\r?\n/);
  const head = /^-----BEGIN ((?:NEW )?CERTIFICATE REQUEST)-----$/.exec(lines[0] ?? "")?.[1];
  if (head === undefined || lines.at(-1) !== `-----END ${head}-----`) return undefined;
  const base64 = lines.slice(1, -1).join("");
  return /^[A-Za-z0-9+/]+={0,2}$/.test(base64) ? Buffer.from(base64, "base64") : undefined;
}

/** The key, or what is wrong with it: weak keys are not signed, and those that are slow to check neither. */
function keyIn({ whole }: DerValue): KeyObject | string {
  const key = attempt(() =>
    createPublicKey({ key: Buffer.from(whole), format: "der", type: "spki" }),
  );
  const { asymmetricKeyType: type = "", asymmetricKeyDetails: details = {} } = key ?? {};
  const bits = details.modulusLength ?? 0;
  const fits =
    type === "ed25519" ||
    (type === "ec" && curves.has(details.namedCurve ?? "")) ||
    (type === "rsa" && bits >= rsaBits.least && bits <= rsaBits.most);
  return key !== undefined && fits
    ? key
    : "expected a public key: EC P-256, P-384 or P-521, Ed25519, or RSA of 2048 to 8192 bits";
}

function signatureProblem(
  body: DerValue,
  algorithm: DerValue | undefined,
  signature: Uint8Array | undefined,
  publicKey: KeyObject,
): string | undefined {
  const known = algorithms.get(objectIdOf(membersOf(algorithm)?.[0]) ?? "");
  if (known === undefined || known.key !== publicKey.asymmetricKeyType) {
    return "expected a signature by ECDSA, RSA or Ed25519 with SHA-256, SHA-384 or SHA-512";
  }
  const valid = attempt(() =>
    verify(known.digest, body.whole, publicKey, signature ?? new Uint8Array()),
  );
  return valid === true ? undefined : "its signature was not made with the key in it";
}

/** A subject with two names might mean somebody else. */
function commonNameIn(subject: DerValue | undefined): string | undefined {
  const attributes = (membersOf(subject) ?? []).flatMap((set) => membersOf(set, "set") ?? []);
  const names = attributes.flatMap((attribute) => {
    const [id, value] = membersOf(attribute) ?? [];
    return objectIdOf(id) === commonNameId ? [textOf(value)] : [];
  });
  const [name = ""] = names;
  return names.length === 1 && name.length > 0 && name.length <= maxNameLength ? name : undefined;
}

function textOf(value: DerValue | undefined): string | undefined {
  if (value?.tag !== derTag.utf8String && value?.tag !== derTag.printableString) return undefined;
  const text = attempt(() => new TextDecoder("utf-8", { fatal: true }).decode(value.content));
  // A name has no control characters; they could move the cursor of a terminal.
  return text !== undefined && /^[^\p{Cc}\p{Cf}]+$/u.test(text) ? text : undefined;
}

function attempt<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch {
    // What cannot be read is answered as such.
    return undefined;
  }
}
