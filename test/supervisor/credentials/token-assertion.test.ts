import { generateKeyPairSync, verify } from "node:crypto";
import { expect, test } from "vitest";
import {
  type AssertionQuestion,
  assertionForm,
  assertionGrant,
} from "../../../src/supervisor/credentials/token-assertion.ts";
import { wallTime } from "../../../src/supervisor/core/state/wall-clock.ts";

const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const pem = (type: "pkcs1" | "pkcs8") => privateKey.export({ type, format: "pem" }).toString();
const date = wallTime(1_700_000_000_500);
const plain: AssertionQuestion["terms"] = {
  keyId: undefined,
  algorithm: "RS256",
  issuer: undefined,
  audience: undefined,
  claims: {},
};

function questionOf(changes: Partial<AssertionQuestion> = {}): AssertionQuestion {
  return {
    clientId: "agent",
    key: pem("pkcs8"),
    terms: plain,
    tokenUrl: "https://login.example.com/token",
    scopes: [],
    endpointParams: new Map(),
    ...changes,
  };
}

/** The parts of what was signed; fails where the signature is wrong. */
function read(form: URLSearchParams, hash: string): { header: unknown; payload: unknown } {
  const [header = "", payload = "", signature = ""] = (form.get("assertion") ?? "").split(".");
  const signed = Buffer.from(`${header}.${payload}`);
  expect(verify(hash, signed, publicKey, Buffer.from(signature, "base64url"))).toBe(true);
  const json = (part: string): unknown => JSON.parse(Buffer.from(part, "base64url").toString());
  return { header: json(header), payload: json(payload) };
}

test("a client is who signs, for half an hour and for whom hands out tokens", () => {
  const form = assertionForm(questionOf(), date);
  expect([...form.keys()]).toEqual(["grant_type", "assertion"]);
  expect(form.get("grant_type")).toBe(assertionGrant);
  expect(read(form, "sha256")).toEqual({
    header: { alg: "RS256", typ: "JWT" },
    payload: {
      iss: "agent",
      sub: "agent",
      jti: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
      aud: "https://login.example.com/token",
      iat: 1_700_000_000,
      exp: 1_700_001_800,
    },
  });
});

test("what is written counts, and each has an id of its own", () => {
  const terms = {
    algorithm: "RS512",
    ...{ keyId: "k1", issuer: "i", audience: "u" },
    claims: { tenant: { a: 1 }, sub: "other" },
  } as const;
  const question = questionOf({
    key: pem("pkcs1"),
    terms,
    scopes: ["x", "y"],
    endpointParams: new Map([["resource", ["r"]]]),
  });
  const [one, two] = [assertionForm(question, date), assertionForm(question, date)];
  expect([one.get("scope"), one.get("resource")]).toEqual(["x y", "r"]);
  expect(read(one, "sha512")).toMatchObject({
    header: { alg: "RS512", kid: "k1" },
    payload: { iss: "i", sub: "other", aud: "u", scope: "x y", tenant: { a: 1 } },
  });
  expect(one.get("assertion")).not.toBe(two.get("assertion"));
});

test.each([
  ["no key", "planted-key"],
  [
    "a key of another kind",
    generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" }),
  ],
])("%s is told without showing it", (_, key) => {
  const sign = () => assertionForm(questionOf({ key: key.toString() }), date);
  expect(sign).toThrow("client_certificate_key: expected an RSA key (PEM) without passphrase");
});
