import { isOurEndpoint, isOurToken } from "../agent-config/extension-layer.ts";
import { pathText, type Leaf, isUnder } from "./leaves.ts";
import { referencesIn, type Reference, referenceText } from "./references.ts";
import type { Inspected } from "./parts.ts";
import type { Violation, Limits } from "./policy.ts";

/** References to sources that are not permitted, wherever they stand: the collector resolves all of them. */
export function providerViolations({ rules, leaves }: Inspected): readonly Violation[] {
  const limits = rules.limits.providers;
  if (limits === undefined) return [];
  const written = leaves.filter((leaf) => !isOurs(leaf));
  return written.flatMap(({ path, text }) =>
    [...path, text]
      .filter((part) => part.includes("${"))
      .flatMap(referencesIn)
      .flatMap((reference) => judge(reference, limits, pathText(path))),
  );
}

// What the supervisor itself tells the extension; the same reference anywhere else is judged.
function isOurs({ path, text }: Leaf): boolean {
  if (!isUnder(path, ["extensions", "opamp", "server", "ws"])) return false;
  if (path.length === 5) return path[4] === "endpoint" && isOurEndpoint(text);
  return path.length === 6 && path[4] === "headers" && isOurToken(text);
}

function judge(reference: Reference, limits: Limits, path: string): readonly Violation[] {
  const { scheme } = reference;
  const found = referenceText(reference);
  const rule = limits.allow === undefined ? "providers.deny" : "providers.allow";
  if (scheme === undefined) {
    return [{ rule, path, found, why: "which provider it is cannot be known" }];
  }
  const same = (entry: string): boolean => entry.toLowerCase() === scheme;
  if (limits.deny.some(same)) return [{ rule: "providers.deny", path, found }];
  return limits.allow?.some(same) === false ? [{ rule: "providers.allow", path, found }] : [];
}

/** What is wrong with an entry of `providers`, or undefined. */
export function faultOfProvider(entry: string): string | undefined {
  if (/^[a-z][a-z0-9+.-]+$/i.test(entry)) return undefined;
  return "expected the scheme of a provider, such as env, file, http or yaml";
}
