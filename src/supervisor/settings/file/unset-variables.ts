import { faultOfHeaderValue } from "../../../net/header.ts";
import type { ProblemList } from "./problem-list.ts";
import type { UnsetVariable } from "./tree.ts";

/**
 * Reports variables that are not set: a warning where the reference starts without them, as without the key, an error
 * where what is left is wrong (that problem is then part of this one), or is less than somebody relies on.
 */
export function reportUnset(unset: readonly UnsetVariable[], problems: ProblemList): void {
  const places = new Map<string, UnsetVariable[]>();
  for (const each of unset) {
    const beside = places.get(each.path);
    if (beside === undefined) places.set(each.path, [each]);
    else beside.push(each);
  }
  for (const [path, variables] of places) reportPlace(path, variables, problems);
}

function reportPlace(
  path: string,
  variables: readonly UnsetVariable[],
  problems: ProblemList,
): void {
  const [first] = variables;
  if (first === undefined) return;
  const names = [...new Set(variables.map((each) => each.name))];
  const [noun, verb] = names.length === 1 ? ["variable", "is"] : ["variables", "are"];
  const fact = `the environment ${noun} ${names.join(" and ")} ${verb} not set`;
  const fault = faultOf(path, first, problems);
  if (fault === undefined) {
    problems.warn("variable-unset", path, first.at, `${fact}: ${whatIsLeft(path, first)}`);
  } else {
    problems.error("variable-unset", path, first.at, `${fact}: ${fault}`);
  }
}

/** Why there can be no start without these variables; undefined where there can. */
function faultOf(
  path: string,
  { name, leavesNothing }: UnsetVariable,
  problems: ProblemList,
): string | undefined {
  const list = path.replace(/\[\d+\]$/, "");
  const consequences = consequencesOf(path, list, problems);
  const isMade = madePaths.has(list);
  if (leavesNothing) {
    const isFine = consequences.length === 0 && mayBeEmpty.test(path) && !(isMade && list !== path);
    return isFine ? undefined : advice(path, name);
  }
  if (consequences.length > 0) return consequences.join("; ");
  return isMade ? `what is left of the path is another place; ${advice(path, name)}` : undefined;
}

/** What is wrong with a value because of them. A header without its secret only has the server say no. */
function consequencesOf(path: string, list: string, problems: ProblemList): readonly string[] {
  if (!header.test(path)) return problems.withdraw(path);
  const found = [...new Set([path, list])].flatMap((each) => problems.withdraw(each));
  return found.filter((message) => message !== emptyHeader);
}

const header = /^server\.headers\./;
const emptyHeader = faultOfHeaderValue("");

function whatIsLeft(path: string, { leavesNothing }: UnsetVariable): string {
  if (header.test(path)) {
    const isSent = !leavesNothing || path.endsWith("]");
    return isSent
      ? "the server gets this header without it, and may refuse us"
      : "the server does not get this header, and may refuse us";
  }
  const isText = /^agent\.(?:args\[|env\.|description\.)/.test(path);
  return leavesNothing && !isText ? "as if nothing were written" : "nothing stands in its place";
}

/**
 * Keys of the reference for which it takes nothing as a value, or as not written. Those that are missing here narrow
 * what somebody else may do (a policy, who sees the page): without them nobody would notice that he may do more. Nor
 * would anybody notice that a layer is missing, because the agent is healthy without its pipelines.
 */
const mayBeEmpty = new RegExp(
  `^(?:${[
    "capabilities",
    "server\\.(?:headers|tls|auth)",
    "agent\\.(?:instance_id|opamp_server_port|passthrough_logs|args|env)",
    "agent\\.(?:use_hup_config_reload|validate_config|automatic_config_rollback)",
    "agent\\.(?:config_apply_timeout|bootstrap_timeout|orphan_detection_interval)",
    "agent\\.(?:collector_crash_log_snippet_kib|description)",
    "storage\\.directory",
    "telemetry",
    "healthcheck\\.(?:endpoint|[a-z_]+_timeout)",
  ].join("|")})(?=[.[]|$)`,
);

/** Nobody would notice these elsewhere: they are made where they are missing. */
const madePaths: ReadonlySet<string> = new Set([
  "storage.directory",
  "agent.attach.config_path",
  "telemetry.logs.output_paths",
]);

function advice(path: string, name: string): string {
  if (path === "agent.executable") {
    return "set it to the path of the collector's binary, or fetch one with `opampsupervisor collector install`";
  }
  return `set it, or give a default: \${env:${name}:-…}`;
}
