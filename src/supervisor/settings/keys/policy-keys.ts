import { type RuleTable, below, type RuleNode, ruleTree } from "../file/key-rule.ts";

const limits: RuleTable = { allow: { type: "texts" }, deny: { type: "texts" } };

/** The keys of `agent.policy`, in supervisor.yaml or in a file of their own. */
export const policyKeys: RuleTable = {
  ...below("components", limits),
  ...below("exporter_hosts", limits),
  ...below("file_paths", limits),
  ...below("providers", limits),
  ...below("listen", limits),
  not_places: { type: "texts" },
};

/** The same as a tree, for a file that holds nothing else. */
export const policyTree: RuleNode = ruleTree(policyKeys);
