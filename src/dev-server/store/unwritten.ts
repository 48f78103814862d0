import { isPartOfAgent } from "./stored-agent.ts";

/** How much of what is to be kept is not on the disk. */
export interface Unwritten {
  readonly agents: number;
  /** Named configurations, with all their versions. */
  readonly configurations: number;
  /** Rows of all other kinds, as groups and rollouts. */
  readonly others: number;
}

/** Counts what rows are about; an agent has several of them. */
export function countUnwritten(
  rows: readonly { readonly kind: string; readonly key: string }[],
): Unwritten {
  const agents = new Set(rows.filter(({ kind }) => isPartOfAgent(kind)).map(({ key }) => key));
  const configurations = rows.filter(({ kind }) => kind === "console-configuration").length;
  const ofAgents = rows.filter(({ kind }) => isPartOfAgent(kind)).length;
  const others = rows.length - ofAgents - configurations;
  return { agents: agents.size, configurations, others };
}
