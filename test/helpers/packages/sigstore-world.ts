import { type KeyPairKeyObjectResult, createHash, generateKeyPairSync, sign } from "node:crypto";
import { initializeCA, initializeTLog } from "@sigstore/mock";
import type { CosignRule } from "../../../src/packages/trust/trust-rule.ts";

/** A certificate authority, its log of certificates and a log of signatures, of our own. */
export interface SigstoreWorld {
  /** trusted_root.json */
  readonly trustedRoot: string;
  /** A bundle for a file, signed by whom a certificate names. */
  readonly keyless: (content: Buffer, subject: string, issuer?: string) => Promise<Buffer>;
  /** A bundle for a file, signed by a key that is known. */
  readonly keyed: (content: Buffer) => Buffer;
  readonly publicKey: string;
}

export const githubIssuer = "https://token.actions.githubusercontent.com";
const issuerOid = "1.3.6.1.4.1.57264.1.8";
const bundleType = "application/vnd.dev.sigstore.bundle.v0.3+json";

function keyPair(): KeyPairKeyObjectResult {
  return generateKeyPairSync("ec", { namedCurve: "prime256v1" });
}

function derOf(pair: KeyPairKeyObjectResult): Buffer {
  return pair.publicKey.export({ type: "spki", format: "der" });
}

function pemOf(pair: KeyPairKeyObjectResult): string {
  return pair.publicKey.export({ type: "spki", format: "pem" }).toString();
}

export async function startSigstore(): Promise<SigstoreWorld> {
  const [caKeys, ctKeys, logKeys, ownKeys] = [keyPair(), keyPair(), keyPair(), keyPair()];
  const ctLog = certificateLog(ctKeys);
  const ca = await initializeCA(caKeys, ctLog);
  const log = await initializeTLog("https://rekor.example", logKeys);
  const logOf = (id: Buffer, key: Buffer): object => ({
    baseUrl: "https://rekor.example",
    hashAlgorithm: "SHA2_256",
    logId: { keyId: id.toString("base64") },
    publicKey: {
      rawBytes: key.toString("base64"),
      keyDetails: "PKIX_ECDSA_P256_SHA_256",
      validFor: { start: "2000-01-01T00:00:00Z" },
    },
  });
  const trustedRoot = JSON.stringify({
    mediaType: "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
    tlogs: [logOf(createHash("sha256").update(log.publicKey).digest(), log.publicKey)],
    ctlogs: [logOf(ctLog.logID, ctLog.publicKey)],
    certificateAuthorities: [
      {
        subject: { organization: "example", commonName: "example" },
        uri: "https://ca.example",
        certChain: { certificates: [{ rawBytes: ca.rootCertificate.toString("base64") }] },
        validFor: { start: "2000-01-01T00:00:00Z" },
      },
    ],
    timestampAuthorities: [],
  });
  const keyless: SigstoreWorld["keyless"] = async (content, subject, issuer = githubIssuer) => {
    const pair = keyPair();
    const certificate = await ca.issueCertificate({
      publicKey: derOf(pair),
      subjectAltName: subject,
      extensions: [{ oid: issuerOid, value: issuer }],
    });
    const signature = sign("sha256", content, pair.privateKey);
    const pem = `-----BEGIN CERTIFICATE-----\n${certificate.toString("base64")}\n-----END CERTIFICATE-----\n`;
    const entries = (await log.log({
      kind: "hashedrekord",
      apiVersion: "0.0.1",
      spec: {
        signature: {
          content: signature.toString("base64"),
          publicKey: { content: Buffer.from(pem).toString("base64") },
        },
        data: { hash: { algorithm: "sha256", value: hexOf(content) } },
      },
    })) as Readonly<Record<string, LogEntry>>;
    const [entry] = Object.values(entries);
    return bundleOf(content, signature, {
      certificate: { rawBytes: certificate.toString("base64") },
      tlogEntries: [entryOf(entry)],
    });
  };
  return {
    trustedRoot,
    keyless,
    keyed: (content) =>
      bundleOf(content, sign("sha256", content, ownKeys.privateKey), {
        publicKey: { hint: "key" },
        tlogEntries: [],
      }),
    publicKey: pemOf(ownKeys),
  };
}

/** The log of certificates that comes with the authority writes receipts without a signature. */
function certificateLog(pair: KeyPairKeyObjectResult): Parameters<typeof initializeCA>[1] & object {
  const publicKey = derOf(pair);
  const logID = createHash("sha256").update(publicKey).digest();
  return {
    publicKey,
    logID,
    log(certificate, issuerId) {
      const timestamp = Buffer.alloc(8);
      timestamp.writeBigUInt64BE(BigInt(Date.now()));
      const body = signedPart(Buffer.from(certificate));
      const length = Buffer.from([0, body.length >> 8, body.length & 0xff]);
      const entry = [Buffer.from([0, 1]), Buffer.from(issuerId), length, body, Buffer.from([0, 0])];
      const said = Buffer.concat([Buffer.from([0, 0]), timestamp, ...entry]);
      const signature = sign("sha256", said, pair.privateKey);
      const head = Buffer.concat([Buffer.from([0]), logID, timestamp, Buffer.from([0, 0, 4, 3])]);
      const receipt = Buffer.concat([head, Buffer.from([0, signature.length]), signature]);
      const counted = Buffer.concat([Buffer.from([0, receipt.length]), receipt]);
      return Promise.resolve(new Uint8Array(counted).buffer);
    },
  };
}

/** The first part of a certificate, which is what its issuer signs; each has a length of two bytes. */
function signedPart(certificate: Buffer): Buffer {
  return certificate.subarray(4, 8 + certificate.readUInt16BE(6));
}

export function cosignRule(
  trustedRoot: string,
  subject: string,
  changes: Partial<CosignRule> = {},
): CosignRule {
  const identity = {
    issuer: { is: "exact", text: githubIssuer },
    subject: { is: "exact", text: subject },
  } as const;
  return { by: "cosign", trustedRoot, identities: [identity], keys: [], ...changes };
}

function bundleOf(content: Buffer, signature: Buffer, material: object): Buffer {
  const digest = { algorithm: "SHA2_256", digest: digestOf(content).toString("base64") };
  const bundle = {
    mediaType: bundleType,
    verificationMaterial: material,
    messageSignature: { messageDigest: digest, signature: signature.toString("base64") },
  };
  return Buffer.from(JSON.stringify(bundle));
}

interface LogEntry {
  readonly body?: unknown;
  readonly integratedTime: number;
  readonly logID: string;
  readonly logIndex: number;
  readonly verification?: {
    readonly inclusionProof?: {
      readonly logIndex: number;
      readonly treeSize: number;
      readonly rootHash: string;
      readonly hashes: readonly string[];
      readonly checkpoint: string;
    };
    readonly signedEntryTimestamp?: string;
  };
}

function entryOf(entry: LogEntry | undefined): object {
  const proof = entry?.verification?.inclusionProof;
  if (entry === undefined || proof === undefined) throw new Error("expected an entry of the log");
  return {
    logIndex: String(entry.logIndex),
    logId: { keyId: Buffer.from(entry.logID, "hex").toString("base64") },
    kindVersion: { kind: "hashedrekord", version: "0.0.1" },
    integratedTime: String(entry.integratedTime),
    inclusionPromise: { signedEntryTimestamp: entry.verification?.signedEntryTimestamp },
    inclusionProof: {
      logIndex: String(proof.logIndex),
      treeSize: String(proof.treeSize),
      rootHash: Buffer.from(proof.rootHash, "hex").toString("base64"),
      hashes: [],
      checkpoint: { envelope: proof.checkpoint },
    },
    canonicalizedBody: entry.body,
  };
}

function digestOf(content: Buffer): Buffer {
  return createHash("sha256").update(content).digest();
}

function hexOf(content: Buffer): string {
  return digestOf(content).toString("hex");
}
