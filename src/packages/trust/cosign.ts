import type { Evidence } from "./statement.ts";
import type { CosignRule } from "./trust-rule.ts";

/** Why a bundle cannot be one for this package; undefined: nothing speaks against it yet. */
export function faultOfBundle(
  { by }: CosignRule,
  { statement }: Evidence,
): Promise<string | undefined> {
  return Promise.resolve(`the ${by} bundle of ${statement.name} cannot be verified yet`);
}

/** Why a bundle does not prove a file; undefined: it does. */
export function faultOfSigned(rule: CosignRule, evidence: Evidence): Promise<string | undefined> {
  return faultOfBundle(rule, evidence);
}
