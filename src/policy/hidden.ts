import { pathText, type Leaf } from "./leaves.ts";
import type { Inspected } from "./parts.ts";
import {
  withoutSecrets,
  isWhole,
  referencesIn,
  isLocalValue,
  carriesSettings,
  type Reference,
} from "./references.ts";
import type { Subject, Violation, Rules } from "./policy.ts";

const guarded: readonly Subject[] = ["components", "exporter_hosts", "file_paths", "listen"];

/**
 * References that stand for whole settings: what is in them cannot be judged, so they are refused as soon as anything
 * but the providers is restricted. Single values from elsewhere are judged where they matter.
 */
export function hiddenViolations({ rules, leaves }: Inspected): readonly Violation[] {
  const rule = firstRule(rules);
  if (rule === undefined) return [];
  return leaves.filter(hidesSettings).map(({ path, text }) => ({
    rule,
    path: pathText(path),
    found: withoutSecrets(text),
    why: "the settings in it cannot be judged",
  }));
}

/** The rule that is named where settings cannot be judged; undefined where none of them could matter. */
export function firstRule({ limits }: Rules): string | undefined {
  const subject = guarded.find((each) => limits[each] !== undefined);
  if (subject === undefined) return undefined;
  return `${subject}.${limits[subject]?.allow === undefined ? "deny" : "allow"}`;
}

function hidesSettings({ path, key, text }: Leaf): boolean {
  if (!isWhole(text)) return false;
  const references = referencesIn(text);
  if (references.length === 0) return false;
  // A component, a section, or all of `service`: even a variable of this machine may say anything there.
  if (path.length <= 2) return true;
  if (isLocalValue(text)) return false;
  if (references.some((each) => each.scheme === undefined || carriesSettings(each))) return true;
  return references.some(comesFromElsewhere) && !isSecret(key);
}

// A file may hold a password, or a map of settings: the key tells which.
function comesFromElsewhere({ scheme }: Reference): boolean {
  return scheme !== "env" && scheme !== "yaml";
}

function isSecret(key: string): boolean {
  return /pass(word|phrase)|secret|token|api_?key|authorization|cookie|username|pem$|-/.test(key);
}
