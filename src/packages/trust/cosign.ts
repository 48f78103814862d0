import { type KeyObject, createVerify } from "node:crypto";
import { createReadStream } from "node:fs";
import { type Bundle, bundleFromJSON } from "@sigstore/bundle";
import { HashAlgorithm, TrustedRoot } from "@sigstore/protobuf-specs";
import { type TrustMaterial, Verifier, toSignedEntity, toTrustMaterial } from "@sigstore/verify";
import { messageOf } from "../../errors.ts";
import { readCosignKeys } from "./cosign-keys.ts";
import { faultOfIdentity } from "./signer-identity.ts";
import type { Evidence } from "./statement.ts";
import type { CosignRule } from "./trust-rule.ts";

const maxBundleBytes = 1024 * 1024;

/** Says whether a key made a signature over the file. */
type Proof = (key: KeyObject, signature: Buffer) => boolean;

type SignedBundle = Bundle & {
  readonly content: Extract<Bundle["content"], { readonly $case: "messageSignature" }>;
};

/** One way in which a bundle may be true: what is believed, and how many logs have to vouch for it. */
interface Attempt {
  readonly material: TrustMaterial;
  /** A certificate lives for minutes: without a log nobody could tell whether it was used in time. */
  readonly threshold: 0 | 1;
  readonly usesLogs: boolean;
}

/**
 * Why a bundle cannot be one for this package; undefined: all of it is true but what the file itself has to show. So a
 * wrong signer, or a signature of another file, costs no download.
 */
export function faultOfBundle(rule: CosignRule, evidence: Evidence): string | undefined {
  const bundle = readBundle(evidence);
  if (typeof bundle === "string") return bundle;
  const attempts = attemptsFor(rule, bundle);
  if (typeof attempts === "string") return attempts;
  return firstFault(attempts.map((each) => faultIn(bundle, each, rule, evidence, () => true)));
}

/** Why a bundle does not prove a file; undefined: it does. The file is read piece by piece, never as a whole. */
export async function faultOfSigned(
  rule: CosignRule,
  evidence: Evidence,
  file: string,
): Promise<string | undefined> {
  const bundle = readBundle(evidence);
  if (typeof bundle === "string") return bundle;
  const attempts = attemptsFor(rule, bundle);
  if (typeof attempts === "string") return attempts;
  const faults: (string | undefined)[] = [];
  for (const attempt of attempts) {
    // Each can be asked once only.
    const content = createVerify("sha256");
    for await (const chunk of createReadStream(file)) content.update(chunk as Buffer);
    const proof: Proof = (key, signature) => content.verify(key, signature);
    faults.push(faultIn(bundle, attempt, rule, evidence, proof));
  }
  return firstFault(faults);
}

/** Undefined where one attempt went well. */
function firstFault(faults: readonly (string | undefined)[]): string | undefined {
  return faults.includes(undefined) ? undefined : faults[0];
}

function readBundle({ signature, statement }: Evidence): SignedBundle | string {
  if (signature === undefined || signature.length === 0) {
    return "expected a Sigstore bundle as signature (agent.packages.verify: cosign), found none";
  }
  if (signature.length > maxBundleBytes) return "expected a Sigstore bundle, found more than 1 MiB";
  try {
    const bundle = bundleFromJSON(JSON.parse(Buffer.from(signature).toString("utf8")));
    return asSigned(bundle, statement.sha256);
  } catch (error) {
    return `expected a Sigstore bundle (.sigstore.json, as \`cosign sign-blob --bundle --new-bundle-format\` writes it), found something else: ${shortOf(error)}`;
  }
}

function asSigned(bundle: Bundle, sha256: string): SignedBundle | string {
  const { content } = bundle;
  if (content.$case !== "messageSignature") {
    return "expected the signature of a file in the Sigstore bundle, found an attestation";
  }
  const { algorithm, digest } = content.messageSignature.messageDigest;
  if (algorithm !== HashAlgorithm.SHA2_256) {
    return "expected a Sigstore bundle with a SHA-256, found another hash";
  }
  if (digest.toString("hex") !== sha256) {
    return "the Sigstore bundle is one of another file: its SHA-256 is not that of the package";
  }
  return { ...bundle, content };
}

function attemptsFor(rule: CosignRule, bundle: Bundle): readonly Attempt[] | string {
  const usesLogs = rule.trustedRoot !== undefined;
  if (bundle.verificationMaterial.content.$case !== "publicKey") {
    if (!usesLogs || rule.identities.length === 0) {
      return "the package is signed with a certificate, and agent.packages.cosign has no trusted_root and identities to judge it by";
    }
    return [{ material: materialOf(rule), threshold: 1, usesLogs }];
  }
  const keys = rule.keys.flatMap(readCosignKeys);
  if (keys.length === 0) {
    return "the package is signed with a key, and agent.packages.cosign.public_keys names none";
  }
  return keys.map((key) => ({ material: materialOf(rule, key), threshold: 0, usesLogs }));
}

function materialOf({ trustedRoot }: CosignRule, key?: KeyObject): TrustMaterial {
  const root: unknown = JSON.parse(trustedRoot ?? "{}");
  return toTrustMaterial(TrustedRoot.fromJSON(root), () => {
    if (key === undefined) throw new Error("no key");
    return { publicKey: key, validFor: () => true };
  });
}

function faultIn(
  bundle: SignedBundle,
  { material, threshold, usesLogs }: Attempt,
  rule: CosignRule,
  { statement }: Evidence,
  proof: Proof,
): string | undefined {
  try {
    const entity = toSignedEntity(bundle);
    const { signature, messageDigest } = bundle.content.messageSignature;
    const verifier = new Verifier(material, {
      tlogThreshold: threshold,
      ctlogThreshold: threshold,
      timestampThreshold: threshold,
    });
    const { identity } = verifier.verify({
      ...entity,
      // Without authorities for them what the logs say cannot be judged, and the key alone decides.
      ...(usesLogs ? {} : { tlogEntries: [], timestamps: [] }),
      signature: {
        signature,
        compareSignature: (other) => other.equals(signature),
        compareDigest: (other) => other.equals(messageDigest.digest),
        verifySignature: (key) => proof(key, signature),
      },
    });
    if (bundle.verificationMaterial.content.$case === "publicKey") return undefined;
    const issuer = identity?.extensions?.issuer ?? "";
    const subject = identity?.subjectAlternativeName ?? "";
    return faultOfIdentity({ issuer, subject }, rule.identities, statement.version);
  } catch (error) {
    return `the Sigstore bundle does not prove the package: ${shortOf(error)}`;
  }
}

/** What the offer holds is somebody else's text: no more of it than fits a line. */
function shortOf(error: unknown): string {
  return messageOf(error).replaceAll(/\s+/g, " ").slice(0, 200);
}
