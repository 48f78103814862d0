import type { YAMLMap } from "yaml";
import { concealed, withOffered } from "./rules-offered.ts";
import { componentViolations } from "./rules-components.ts";
import { hiddenViolations } from "./rules-hidden.ts";
import { hostViolations } from "./rules-hosts.ts";
import { leavesOf, placeText } from "./rules-leaves.ts";
import { listenViolations } from "./rules-listen.ts";
import { partsOf } from "./rules-parts.ts";
import { pathViolations } from "./rules-paths.ts";
import { providerViolations } from "./rules-providers.ts";
import type { OfferedValue } from "./secret-files.ts";
import { parseYamlLayer } from "./yaml-layer.ts";

/** What one subject permits. A value must be in `allow`, where there is such a list, and never in `deny`. */
export interface Limits {
  /** Undefined: everything; an empty list: nothing. */
  readonly allow: readonly string[] | undefined;
  readonly deny: readonly string[];
}

/** The subjects of `agent.policy`, by the names that users write. */
export const subjects = [
  "components",
  "exporter_hosts",
  "file_paths",
  "providers",
  "listen",
] as const;

/** One of them. */
export type Subject = (typeof subjects)[number];

/** `agent.policy`: what a configuration with a remote part may contain. Plain data, so that two can be compared. */
export interface Rules {
  /** A subject that is not written is not restricted. */
  readonly limits: Readonly<Partial<Record<Subject, Limits>>>;
  /** Absolute paths of the supervisor's own files: no configuration may name them. */
  readonly ownFiles: readonly string[];
  /** Addresses of the health check that the supervisor itself adds: never refused. */
  readonly ownHealthChecks: readonly string[];
}

/** Something in a configuration that the rules do not permit. */
export interface Violation {
  /** `components.deny` and the like, as the user writes it below `agent.policy`. */
  readonly rule: string;
  /** Where it stands in the configuration. */
  readonly path: string;
  /** What stands there; without user names, passwords and defaults. */
  readonly found: string;
  /** Set where more than the value is to be said. */
  readonly why?: string;
}

/**
 * Everything in a merged configuration that the rules do not permit; what cannot be judged is not permitted. `offered`
 * are references of ours: what they stand for is judged in their place.
 */
export function checkRules(
  rules: Rules,
  text: string,
  realPath: (path: string) => string,
  offered: readonly OfferedValue[] = [],
): readonly Violation[] {
  const layer = parseYamlLayer("configuration", text);
  if ("problem" in layer) {
    return [{ rule: "policy", path: "", found: layer.problem, why: "it cannot be read" }];
  }
  return checkParsed(rules, layer.root, realPath, offered);
}

/** The same for a configuration that was read already; its aliases and merge keys must be expanded. */
export function checkParsed(
  rules: Rules,
  root: YAMLMap,
  realPath: (path: string) => string,
  offered: readonly OfferedValue[] = [],
): readonly Violation[] {
  const { leaves, hides } = withOffered(leavesOf(root), offered);
  const parts = partsOf(leaves, rules.ownHealthChecks);
  const subject = { rules, leaves, parts, realPath };
  const all = [
    ...hides(rules),
    ...hiddenViolations(subject),
    ...componentViolations(subject),
    ...hostViolations(subject),
    ...pathViolations(subject),
    ...providerViolations(subject),
    ...listenViolations(subject),
  ];
  const unlike = new Map(
    all.map(concealed(offered)).map((each) => [`${each.rule} ${each.path} ${each.found}`, each]),
  );
  return [...unlike.values()];
}

const mostShown = 8;

/** All violations in one sentence, for a person who wrote the configuration. */
export function violationText(violations: readonly Violation[]): string {
  const shown = violations.slice(0, mostShown).map(({ rule, path, found, why }) => {
    const where = path === "" ? "" : `${path} is `;
    return `${rule}: ${where}${placeText(found)}${why === undefined ? "" : ` (${why})`}`;
  });
  const more = violations.length - shown.length;
  const rest = more > 0 ? `; and ${more} more` : "";
  return `refused by the local policy: ${shown.join("; ")}${rest}`;
}
