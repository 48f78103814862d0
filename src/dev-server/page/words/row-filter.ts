import { parseQuery, queryFinds } from "../../library/query.ts";
import type { AgentRow } from "../../shapes/api-shapes.ts";

/** The rows that a query finds; `problem`: what is wrong with the query. */
export interface Found {
  readonly rows: readonly AgentRow[];
  readonly problem: string | undefined;
}

/** Looks for what somebody typed; a query that is not finished yet finds everything. */
export function findRows(rows: readonly AgentRow[], text: string): Found {
  if (text.trim() === "") return { rows, problem: undefined };
  const query = parseQuery(text);
  if ("problem" in query) return { rows, problem: query.problem };
  return { rows: rows.filter((row) => queryFinds(query, row)), problem: undefined };
}
