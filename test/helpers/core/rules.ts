import { checkRules } from "../../../src/policy/check-policy.ts";
import type { Subject, Limits, Rules } from "../../../src/policy/policy.ts";

/** Rules with lists for some subjects; what is left out is not restricted. */
export function rulesOf(
  limits: Partial<Record<Subject, Partial<Limits>>>,
  ownFiles: readonly string[] = [],
): Rules {
  const filled = Object.entries(limits).map(([subject, { allow, deny = [] }]) => [
    subject,
    { allow, deny },
  ]);
  return {
    limits: Object.fromEntries(filled) as Rules["limits"],
    ownFiles,
    ownHealthChecks: ["localhost:13133"],
  };
}

/** What is found of one subject, as `rule path`. Links are those of the given map. */
export function found(
  rules: Rules,
  text: string,
  links: Readonly<Record<string, string>> = {},
): readonly string[] {
  return checkRules(rules, text, realPathOf(links)).map(({ rule, path }) => `${rule} ${path}`);
}

/** Follows the links of a file system that consists of nothing else. */
export function realPathOf(links: Readonly<Record<string, string>>): (path: string) => string {
  return (path) => {
    if (path === ".") return "/work";
    const link = Object.keys(links).find((each) => path === each || path.startsWith(`${each}/`));
    return link === undefined ? path : `${links[link] ?? ""}${path.slice(link.length)}`;
  };
}

/** A pipeline of logs from one receiver to one exporter, with their settings. */
export function pipeline(receiver: string, exporter = "debug: {}", more = ""): string {
  const idOf = (text: string): string => text.slice(0, text.search(/:(\s|$)/));
  return [
    `receivers:\n  ${receiver}`,
    `exporters:\n  ${exporter}`,
    more,
    `service:\n  pipelines:\n    logs: {receivers: [${idOf(receiver)}], exporters: [${idOf(exporter)}]}`,
    "",
  ].join("\n");
}
