import type { RuleTable } from "../file/key-rule.ts";

/** The keys of `agent.packages`. */
export const packageKeys: RuleTable = {
  verify: { type: "choice", of: ["ed25519", "cosign", "none"] },
  public_keys: { type: "texts", default: [] },
  "cosign.trusted_root": { type: "text" },
  "cosign.identities[].issuer": { type: "text" },
  "cosign.identities[].issuer_regex": { type: "text" },
  "cosign.identities[].subject": { type: "text" },
  "cosign.identities[].subject_regex": { type: "text" },
  "cosign.public_keys": { type: "texts", default: [] },
  allowed_hosts: { type: "texts" },
  allowed_names: { type: "texts" },
  lowest_version: { type: "text" },
  mirrors: { type: "texts", default: [] },
  max_size_mib: { type: "integer", default: 1024, least: 1, most: 10_240 },
  executable: { type: "text" },
  timeout: { type: "duration", default: "30m", positive: true },
  probation: { type: "duration", default: "5m" },
};
