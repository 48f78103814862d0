import { type KeyObject, sign, generateKeyPairSync, randomBytes } from "node:crypto";
import { isIPv4 } from "node:net";
import * as der from "../../../src/pki/der.ts";
import type { Der } from "../../../src/pki/der.ts";

/** A certificate and its key, PEM. */
export interface Pair {
  readonly cert: string;
  readonly key: string;
}

/** A pair that an authority has signed. */
export interface Issued extends Pair {
  readonly serial: Uint8Array;
}

/** What a certificate says; the defaults are those of a good server on loopback. */
export interface Wishes {
  /** DNS names and IPv4 addresses. */
  readonly names?: readonly string[];
  readonly commonName?: string;
  /** ms since the epoch. */
  readonly from?: number;
  readonly until?: number;
  readonly usage?: "server" | "client";
}

/** Signs certificates, and takes them back. */
export interface Authority {
  readonly cert: string;
  issue(wishes?: Wishes): Issued;
  /** A list of revoked certificates, PEM, for the option `crl` of node:tls. */
  revoke(...pairs: readonly Issued[]): string;
}

export const dayMs: number = 24 * 60 * 60 * 1000;

const ids = {
  commonName: "2.5.4.3",
  keyUsage: "2.5.29.15",
  subjectAltName: "2.5.29.17",
  basicConstraints: "2.5.29.19",
  crlNumber: "2.5.29.20",
  extendedKeyUsage: "2.5.29.37",
  server: "1.3.6.1.5.5.7.3.1",
  client: "1.3.6.1.5.5.7.3.2",
  ecdsaWithSha256: "1.2.840.10045.4.3.2",
} as const;

/** A certificate authority with a name and a key of its own (EC P-256). */
export function createAuthority(
  name = "Test Authority",
  time: Pick<Wishes, "from" | "until"> = {},
): Authority {
  const keys = newKeys();
  const constraints = [
    extension(ids.basicConstraints, der.sequence(der.boolean(true)), true),
    // Bits 5 and 6: signs certificates and lists of revoked ones.
    extension(ids.keyUsage, der.bitString(Uint8Array.of(0x06), 1), true),
  ];
  const own = certificate({
    name,
    serial: newSerial(),
    keys,
    issuer: name,
    extensions: constraints,
    ...time,
  });
  return {
    cert: der.pem("CERTIFICATE", signed(own, keys.privateKey)),
    issue(wishes: Wishes = {}): Issued {
      const leaf = newKeys();
      const serial = newSerial();
      const { commonName = "agent.test", from, until } = wishes;
      const extensions = leafExtensions(wishes);
      const body = certificate({
        ...{ name: commonName, serial, keys: leaf, issuer: name, extensions },
        ...(from === undefined ? {} : { from }),
        ...(until === undefined ? {} : { until }),
      });
      const cert = der.pem("CERTIFICATE", signed(body, keys.privateKey));
      return { cert, serial, key: pemKey(leaf.privateKey) };
    },
    revoke: (...pairs) => der.pem("X509 CRL", signed(revoked(name, pairs), keys.privateKey)),
  };
}

/** A pair that nobody but itself vouches for. */
export function selfSigned(wishes: Wishes = {}): Pair {
  const keys = newKeys();
  const name = wishes.commonName ?? "self.test";
  const extensions = leafExtensions(wishes);
  const body = certificate({ name, serial: newSerial(), keys, issuer: name, extensions });
  const cert = der.pem("CERTIFICATE", signed(body, keys.privateKey));
  return { cert, key: pemKey(keys.privateKey) };
}

interface Body {
  readonly name: string;
  readonly serial: Uint8Array;
  readonly keys: Keys;
  readonly issuer: string;
  readonly extensions: readonly Der[];
  readonly from?: number;
  readonly until?: number;
}

interface Keys {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

function certificate(body: Body): Der {
  const { name, serial, keys, issuer, extensions } = body;
  const { from = Date.now() - dayMs, until = Date.now() + 30 * dayMs } = body;
  return der.sequence(
    der.explicit(0, der.integer(Uint8Array.of(2))),
    der.integer(serial),
    algorithm(),
    nameOf(issuer),
    der.sequence(der.time(from), der.time(until)),
    nameOf(name),
    keys.publicKey.export({ type: "spki", format: "der" }),
    der.explicit(3, der.sequence(...extensions)),
  );
}

function leafExtensions({ names = ["localhost", "127.0.0.1"], usage = "server" }: Wishes): Der[] {
  const alternatives = names.map((name) =>
    isIPv4(name)
      ? der.implicit(7, Uint8Array.from(name.split(".").map(Number)))
      : der.implicit(2, Buffer.from(name)),
  );
  return [
    extension(ids.basicConstraints, der.sequence(), true),
    extension(ids.extendedKeyUsage, der.sequence(der.objectId(ids[usage]))),
    extension(ids.subjectAltName, der.sequence(...alternatives)),
  ];
}

function revoked(issuer: string, pairs: readonly Issued[]): Der {
  const now = der.time(Date.now() - dayMs);
  const entries = pairs.map(({ serial }) => der.sequence(der.integer(serial), now));
  return der.sequence(
    der.integer(Uint8Array.of(1)),
    algorithm(),
    nameOf(issuer),
    now,
    der.time(Date.now() + 30 * dayMs),
    // An empty list is left out.
    ...(entries.length === 0 ? [] : [der.sequence(...entries)]),
    der.explicit(0, der.sequence(extension(ids.crlNumber, der.integer(Uint8Array.of(1))))),
  );
}

function extension(id: string, value: Der, critical = false): Der {
  const flag = critical ? [der.boolean(true)] : [];
  return der.sequence(der.objectId(id), ...flag, der.octetString(value));
}

function signed(body: Der, key: KeyObject): Der {
  return der.sequence(body, algorithm(), der.bitString(sign("sha256", body, key)));
}

function nameOf(commonName: string): Der {
  const attribute = der.sequence(der.objectId(ids.commonName), der.utf8String(commonName));
  return der.sequence(der.set(attribute));
}

function algorithm(): Der {
  return der.sequence(der.objectId(ids.ecdsaWithSha256));
}

function newKeys(): Keys {
  return generateKeyPairSync("ec", { namedCurve: "prime256v1" });
}

function newSerial(): Uint8Array {
  return Buffer.concat([Uint8Array.of(0x40), randomBytes(15)]);
}

function pemKey(key: KeyObject): string {
  return key.export({ type: "pkcs8", format: "pem" }).toString();
}
