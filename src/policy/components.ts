import { pathText } from "./leaves.ts";
import { withoutSecrets } from "./references.ts";
import { type Inspected, isName, type Part, plainType, sections } from "./parts.ts";
import type { Violation, Limits } from "./policy.ts";

/** Components whose type is not permitted. What is configured and not used is never started, and not judged. */
export function componentViolations({ rules, leaves, parts }: Inspected): readonly Violation[] {
  const limits = rules.limits.components;
  if (limits === undefined) return [];
  const rule = limits.allow === undefined ? "components.deny" : "components.allow";
  const unknown = leaves
    .filter((leaf) => isName(leaf) && leaf.text.includes("$"))
    .map(({ path, text }) => ({
      rule,
      path: pathText(path),
      found: withoutSecrets(text),
      why: "which component it is cannot be known",
    }));
  return [...unknown, ...parts.filter(({ own }) => !own).flatMap((part) => judge(part, limits))];
}

function judge(part: Part, limits: Limits): readonly Violation[] {
  const path = pathText(part.place);
  const found = part.place.at(-1) ?? "";
  const entry = (each: string): boolean => matches(each, part);
  const violations: Violation[] = [];
  if (limits.deny.some(entry)) violations.push({ rule: "components.deny", path, found });
  else if (limits.allow?.some(entry) === false) {
    violations.push({ rule: "components.allow", path, found });
  }
  if (discovers(part)) {
    const why = "which receivers it starts is said elsewhere";
    const rule = limits.allow === undefined ? "components.deny" : "components.allow";
    violations.push({ rule, path: `${path}.discovery.enabled`, found: "true", why });
  }
  return violations;
}

/** A `receiver_creator` that takes whole receivers from the annotations of pods. */
function discovers({ type, leaves }: Part): boolean {
  if (type !== "receivercreator") return false;
  return leaves.some(
    ({ path, text }) =>
      path.at(-2) === "discovery" && path.at(-1) === "enabled" && text !== "false",
  );
}

function matches(entry: string, { section, type }: Part): boolean {
  const [kind, wanted] = splitEntry(entry);
  if (kind !== undefined && kind !== section) return false;
  return wanted === "*" || plainType(section, wanted) === type;
}

function splitEntry(entry: string): readonly [string | undefined, string] {
  const at = entry.indexOf("/");
  if (at === -1) return [undefined, entry];
  const kind = entry.slice(0, at).trim().toLowerCase();
  return [kind.endsWith("s") ? kind : `${kind}s`, entry.slice(at + 1)];
}

/** What is wrong with an entry of `components`, or undefined. */
export function faultOfComponent(entry: string): string | undefined {
  const [kind, type] = splitEntry(entry);
  const known = kind === undefined || sections.some((section) => section === kind);
  if (known && /^(\*|[a-z][a-z0-9_]*)$/i.test(type)) return undefined;
  return "expected a type or kind/type, such as filelog, receivers/filelog or processors/*";
}
