import { createHash } from "node:crypto";
import { faultOfSignature } from "./ed25519.ts";
import type { Evidence } from "./statement.ts";
import type { TrustRule } from "./trust-rule.ts";

/** Why a package is refused before anything is fetched; undefined: nothing speaks against it yet. */
export async function faultBeforehand(
  rule: TrustRule,
  evidence: Evidence,
): Promise<string | undefined> {
  if (rule.by === "none") return undefined;
  if (rule.by === "ed25519") {
    return faultOfSignature(evidence.statement, evidence.signature, rule.keys);
  }
  return (await import("./cosign.ts")).faultOfBundle(rule, evidence);
}

/** Why a file is refused whose hash is the one that is wanted; undefined: it is trusted. */
export async function faultOfFile(
  rule: TrustRule,
  evidence: Evidence,
  file: string,
): Promise<string | undefined> {
  // An Ed25519 signature is one of the hash, and was looked at before.
  if (rule.by !== "cosign") return await faultBeforehand(rule, evidence);
  return await (await import("./cosign.ts")).faultOfSigned(rule, evidence, file);
}

/** A mark of a rule: a package that came in by one rule was not let in by another. */
export function markOfRule(rule: TrustRule): string {
  const digest = createHash("sha256").update(JSON.stringify(rule)).digest("hex");
  return `${rule.by}:${digest.slice(0, 32)}`;
}
