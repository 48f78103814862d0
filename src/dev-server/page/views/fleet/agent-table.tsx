import type { VNode } from "preact";
import { useRef } from "preact/hooks";
import { AgentTableRow } from "./agent-table-row.tsx";
import { useConsole } from "../../state/console-store.ts";
import { useRowWindow } from "../../state/use-row-window.ts";
import type { AgentRow } from "../../../shapes/api-shapes.ts";
import { usualOrder, type Column, type Order } from "../../words/row-order.ts";

const columns = [
  ["hostName", "Host"],
  ["name", "Agent"],
  ["version", "Version"],
  ["condition", "Condition"],
  ["configState", "Configuration"],
  ["lastSeenAt", "Last seen"],
] as const satisfies readonly (readonly [Column, string])[];

/** The agents as a table of which only the visible rows are drawn. */
export function AgentTable(props: {
  rows: readonly AgentRow[];
  order: Order;
  setOrder: (order: Order) => void;
}): VNode {
  const { rows, order, setOrder } = props;
  const body = useRef<HTMLDivElement>(null);
  const { first, end, abovePx, belowPx } = useRowWindow(body, rows.length);
  return (
    <div
      class="agents"
      role="table"
      aria-label="Agents"
      aria-rowcount={rows.length + 1}
      onKeyDown={moveByArrows}
    >
      <div role="rowgroup" class="agents-head">
        <div role="row" class="agent-row" aria-rowindex={1}>
          <div role="columnheader" class="tick">
            <TickAll rows={rows} />
          </div>
          {columns.map(([by, text]) => (
            <div
              key={by}
              role="columnheader"
              class={by}
              aria-sort={order.by !== by ? "none" : order.up ? "ascending" : "descending"}
            >
              <button type="button" class="sort" onClick={() => setOrder(turned(order, by))}>
                {text}
                <span aria-hidden="true">{order.by !== by ? "" : order.up ? " ↑" : " ↓"}</span>
              </button>
            </div>
          ))}
        </div>
      </div>
      <div role="rowgroup" ref={body} class="agents-body">
        <div class="room" role="presentation" style={{ height: `${abovePx}px` }} />
        {rows.slice(first, end).map((row, index) => (
          <AgentTableRow key={row.uid} row={row} index={first + index + 2} />
        ))}
        <div class="room" role="presentation" style={{ height: `${belowPx}px` }} />
      </div>
    </div>
  );
}

/** Up, down, and then back to what needs attention first. */
function turned(order: Order, by: Column): Order {
  if (order.by !== by) return { by, up: true };
  return order.up ? { by, up: false } : usualOrder;
}

function TickAll({ rows }: { rows: readonly AgentRow[] }): VNode {
  const { selection } = useConsole();
  const ticked = selection.value;
  const all = rows.length > 0 && rows.every(({ uid }) => ticked.has(uid));
  return (
    <input
      type="checkbox"
      aria-label="Select all agents of this list"
      checked={all}
      indeterminate={!all && ticked.size > 0}
      onChange={() => {
        selection.value = all ? new Set() : new Set(rows.map(({ uid }) => uid));
      }}
    />
  );
}

/** The arrow keys go from one agent to the next. */
function moveByArrows(event: KeyboardEvent & { readonly currentTarget: HTMLElement }): void {
  const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
  if (step === 0 || !(event.target instanceof HTMLAnchorElement)) return;
  const links = [...event.currentTarget.querySelectorAll<HTMLAnchorElement>("a.host-link")];
  const next = links[links.indexOf(event.target) + step];
  if (next === undefined) return;
  event.preventDefault();
  next.focus();
}
