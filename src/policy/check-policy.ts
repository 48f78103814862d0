import type { YAMLMap } from "yaml";
import { withOffered, concealed } from "./offered.ts";
import { closedViolations } from "./closed.ts";
import { componentViolations } from "./components.ts";
import { hiddenViolations } from "./hidden.ts";
import { hostViolations } from "./hosts.ts";
import { leavesOf, placeText } from "./leaves.ts";
import { listenViolations } from "./listen.ts";
import { ownFileViolations } from "./own-files.ts";
import { partsOf } from "./parts.ts";
import { pathViolations } from "./paths.ts";
import { providerViolations } from "./providers.ts";
import type { OfferedValue } from "../agent-config/config.ts";
import { parseYamlLayer } from "../agent-config/yaml/read-layer.ts";
import type { Rules, Violation } from "./policy.ts";

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
function checkParsed(
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
    ...closedViolations(subject),
    ...ownFileViolations(subject),
  ];
  const unlike = new Map(
    all.map(concealed(offered)).map((each) => [`${each.rule} ${each.path} ${each.found}`, each]),
  );
  return [...unlike.values()];
}

const mostShown = 8;

/** All violations in one sentence, for a person who wrote the configuration; `complete` is asked only for those it names. */
export function violationText(
  violations: readonly Violation[],
  complete = (named: readonly Violation[]): readonly Violation[] => named,
): string {
  const shown = complete(violations.slice(0, mostShown)).map(
    ({ rule, path, found, why, layer }) => {
      const from = layer === undefined ? "" : `in ${layer} `;
      const where = path === "" ? "" : `${path} ${from}is `;
      return `${rule}: ${where}${placeText(found)}${why === undefined ? "" : ` (${why})`}`;
    },
  );
  const more = violations.length - shown.length;
  const rest = more > 0 ? `; and ${more} more` : "";
  return `refused by the local policy: ${shown.join("; ")}${rest}`;
}
