import type { ProblemList } from "./problem-list.ts";
import type { UnsetVariable } from "./tree.ts";

/**
 * Reports variables that are not set: an error where nothing is left or what is left is wrong (that problem is
 * then part of this one), else a warning.
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
  const consequences = problems.withdraw(path);
  if (first.leavesNothing) {
    problems.error("variable-unset", path, first.at, `${fact}: ${advice(path, first.name)}`);
  } else if (consequences.length > 0) {
    problems.error("variable-unset", path, first.at, `${fact}: ${consequences.join("; ")}`);
  } else if (madePaths.has(path.replace(/\[\d+\]$/, ""))) {
    const found = `what is left of the path is another place; ${advice(path, first.name)}`;
    problems.error("variable-unset", path, first.at, `${fact}: ${found}`);
  } else {
    problems.warn("variable-unset", path, first.at, `${fact}: nothing stands in its place`);
  }
}

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
