import type { AgentRow } from "../../shapes/api-shapes.ts";
import { conditions, configStates, urgencyOf } from "./condition-words.ts";

/** A column that the table can be ordered by. */
export type Column =
  "urgency" | "hostName" | "name" | "version" | "condition" | "configState" | "lastSeenAt";

/** How the table is ordered. */
export interface Order {
  readonly by: Column;
  readonly up: boolean;
}

/** What needs attention first. */
export const usualOrder: Order = { by: "urgency", up: true };

/** Rows in an order; what is equal comes by host, name and id, so that nothing jumps. */
export function inOrder(rows: readonly AgentRow[], { by, up }: Order): readonly AgentRow[] {
  const sign = up ? 1 : -1;
  return rows.toSorted((a, b) => sign * compareBy(a, b, by) || tie(a, b));
}

function compareBy(a: AgentRow, b: AgentRow, by: Column): number {
  switch (by) {
    case "urgency":
      return urgencyOf(a) - urgencyOf(b);
    case "lastSeenAt":
      return a.lastSeenAt - b.lastSeenAt;
    case "condition":
      return compareTexts(conditions[a.condition].text, conditions[b.condition].text);
    case "configState":
      return compareTexts(configStates[a.configState].text, configStates[b.configState].text);
    case "hostName":
    case "name":
    case "version":
      return compareTexts(a[by], b[by]);
  }
}

function tie(a: AgentRow, b: AgentRow): number {
  return (
    compareTexts(a.hostName, b.hostName) ||
    compareTexts(a.name, b.name) ||
    (a.uid < b.uid ? -1 : a.uid > b.uid ? 1 : 0)
  );
}

/** `web-10` comes behind `web-9`. */
function compareTexts(a: string, b: string): number {
  return collator.compare(a, b);
}

const collator = new Intl.Collator("en", { numeric: true });
