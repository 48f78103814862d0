import { join } from "node:path";
import type { RemoteConfig, RenderedConfig } from "../../agent-config/config.ts";
import { checkRules, violationText } from "../../policy/check-policy.ts";
import type { Rules } from "../../policy/policy.ts";
import { type NamedText, withLayers, withoutOperators } from "../../policy/where-set.ts";
import { readRegularText } from "../../files/regular-file.ts";
import type { Store } from "../store/store.ts";
import { createRealPath } from "./real-path.ts";

/** Why a configuration that a server had a part in must not run; undefined for one that may. */
export type RuleCheck = (config: RenderedConfig, remote?: RemoteConfig) => string | undefined;

/** Holds configurations against the operator's rules, and against naming the supervisor's own files. */
export function createRuleCheck(
  rules: Rules,
  localFiles: readonly string[],
  workingDirectory: string,
  { directory, secretsDirectory }: Pick<Store, "directory" | "secretsDirectory">,
): RuleCheck {
  const realPath = createRealPath(workingDirectory);
  const stored = [join(directory, "**"), join(secretsDirectory, "**")];
  const all = { ...rules, ownFiles: [...rules.ownFiles, ...stored] };
  return ({ text, offered, ownHealthCheck, ownMetrics }, remote) => {
    // What we add ourselves may listen at another port than the usual one.
    const ownHealthChecks = [...all.ownHealthChecks, ...listOf(ownHealthCheck)];
    const ours = { ...all, ownHealthChecks, ownReaders: listOf(ownMetrics) };
    const found = checkRules(ours, text, realPath, offered);
    if (found.length === 0) return undefined;
    const violations = withoutOperators(found, localFiles.flatMap(textOf));
    if (violations.length === 0) return undefined;
    return violationText(withLayers(violations, (remote?.files ?? []).map(named)));
  };
}

function named({ name, text }: NamedText): NamedText {
  return { name: name === "" ? "remote configuration" : `remote configuration "${name}"`, text };
}

function textOf(path: string): readonly NamedText[] {
  try {
    return [{ name: path, text: readRegularText(path) }];
  } catch {
    // It is gone: then it explains nothing.
    return [];
  }
}

function listOf(address: string | undefined): readonly string[] {
  return address === undefined ? [] : [address];
}
