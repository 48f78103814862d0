import { createPrivateKey, type KeyObject, randomUUID, sign } from "node:crypto";
import type { AssertionTerms } from "../settings/auth-settings.ts";
import type { WallTime } from "../core/state/time.ts";

/** What a client says of itself to an authorization server, in the place of its secret. */
export interface AssertionQuestion {
  readonly clientId: string;
  /** PEM of an RSA key; secret. */
  readonly key: string;
  readonly terms: Omit<AssertionTerms, "key">;
  readonly tokenUrl: string;
  readonly scopes: readonly string[];
  readonly endpointParams: ReadonlyMap<string, readonly string[]>;
}

export const assertionGrant = "urn:ietf:params:oauth:grant-type:jwt-bearer";

const lifeSeconds = 30 * 60;

/** The form that asks for a token with a signed assertion (RFC 7523, section 2.1). Rejects with words without the key. */
export function assertionForm(question: AssertionQuestion, date: WallTime): URLSearchParams {
  const { scopes, endpointParams } = question;
  const form = new URLSearchParams({
    grant_type: assertionGrant,
    assertion: signed(question, Math.floor(date.unixMs / 1000)),
  });
  if (scopes.length > 0) form.set("scope", scopes.join(" "));
  for (const [name, values] of endpointParams) {
    form.delete(name);
    for (const value of values) form.append(name, value);
  }
  return form;
}

function signed(question: AssertionQuestion, nowSeconds: number): string {
  const { clientId, terms, tokenUrl, scopes } = question;
  const { algorithm, keyId, issuer, audience, claims } = terms;
  const header = { alg: algorithm, typ: "JWT", ...(keyId === undefined ? {} : { kid: keyId }) };
  const payload = {
    iss: issuer ?? clientId,
    sub: clientId,
    jti: randomUUID(),
    aud: audience ?? tokenUrl,
    iat: nowSeconds,
    exp: nowSeconds + lifeSeconds,
    ...(scopes.length > 0 ? { scope: scopes.join(" ") } : {}),
    ...claims,
  };
  const text = [header, payload].map((part) => base64url(JSON.stringify(part))).join(".");
  const hash = `sha${algorithm.slice(2)}`;
  return `${text}.${sign(hash, Buffer.from(text), rsaKey(question.key)).toString("base64url")}`;
}

function rsaKey(pem: string): KeyObject {
  const key = readKey(pem);
  if (key?.asymmetricKeyType === "rsa") return key;
  throw new Error("client_certificate_key: expected an RSA key (PEM) without passphrase");
}

function readKey(pem: string): KeyObject | undefined {
  try {
    return createPrivateKey(pem);
  } catch {
    // What OpenSSL says of it helps nobody.
    return undefined;
  }
}

function base64url(text: string): string {
  return Buffer.from(text).toString("base64url");
}
