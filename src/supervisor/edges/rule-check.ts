import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { RemoteConfig, RenderedConfig } from "../../agent-config/config.ts";
import { type Connections, offersNothing } from "../../agent-config/connections.ts";
import { checkRules, violationText } from "../../policy/check-policy.ts";
import { namesNoFile } from "../../policy/plain-words.ts";
import { type Rules, restricts } from "../../policy/policy.ts";
import { type NamedText, withLayers, withoutOperators } from "../../policy/where-set.ts";
import { readRegularText } from "../../files/regular-file.ts";
import type { Store } from "../store/store.ts";
import { createRealPath } from "./real-path.ts";

/** Why a configuration that a server had a part in must not run; undefined for one that may. */
export type RuleCheck = (
  config: RenderedConfig,
  remote: RemoteConfig | undefined,
  connections: Connections,
) => string | undefined;

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
  const namesAny = restricts(rules);
  // Also while they are gone.
  const ownNames = all.ownFiles
    .flatMap((path) => path.split("/"))
    .filter((name) => !/^\**$/.test(name));
  return ({ text, offered, ownHealthCheck, ownMetrics }, remote, connections) => {
    // Without rules only the supervisor's own files count, and what a server wrote mostly names no file at all. A whole
    // configuration always could: our own layer has references.
    const written =
      remote !== undefined && offersNothing(connections)
        ? remote.files.map((file) => file.text)
        : [text];
    const names = namesAny ? [] : [...ownNames, ...namesIn(workingDirectory)];
    if (!namesAny && written.every((each) => namesNoFile(each, names))) return undefined;
    // What we add ourselves may listen at another port than the usual one.
    const ownHealthChecks = [...all.ownHealthChecks, ...listOf(ownHealthCheck)];
    const ours = { ...all, ownHealthChecks, ownReaders: listOf(ownMetrics) };
    const found = checkRules(ours, text, realPath, offered);
    if (found.length === 0) return undefined;
    const violations = withoutOperators(found, localFiles.flatMap(textOf));
    if (violations.length === 0) return undefined;
    const texts = (remote?.files ?? []).map(named);
    return violationText(violations, (shown) => withLayers(shown, texts));
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

/** What stands in a directory; one with a name that nothing can be told from where it cannot be read. */
function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch {
    return ["?"];
  }
}

function listOf(address: string | undefined): readonly string[] {
  return address === undefined ? [] : [address];
}
