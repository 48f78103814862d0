import { collectorSections } from "./check-tree.ts";
import type { ProblemList } from "./problem-list.ts";
import type { SettingNode } from "./setting-node.ts";

const ownSections = ["server", "agent", "capabilities", "storage"];

/** Reports a collector's configuration that was given as supervisor.yaml; true when it is one. */
export function reportCollectorConfig(root: SettingNode, problems: ProblemList): boolean {
  if (root.kind !== "map") return false;
  const [first] = collectorSections.flatMap((name) => root.entries.get(name) ?? []);
  if (first === undefined || ownSections.some((name) => root.entries.has(name))) return false;
  problems.error(
    "file-unreadable",
    "",
    first.keyStart,
    "this is a collector's configuration: expected a supervisor.yaml with server and agent; name this file in its agent.config_files",
  );
  return true;
}
