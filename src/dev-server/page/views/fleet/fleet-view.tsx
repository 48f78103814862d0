import type { VNode } from "preact";
import { useMemo, useState } from "preact/hooks";
import { AgentTable } from "./agent-table.tsx";
import { FirstAgent } from "./first-agent.tsx";
import { GuestNote } from "./guest-note.tsx";
import { GroupBar } from "./group-bar.tsx";
import { SelectionBar } from "./selection-bar.tsx";
import { CountTiles } from "../../parts/count-tiles.tsx";
import { useConsole } from "../../state/console-store.ts";
import { fleetHref } from "../../words/page-route.ts";
import { findRows } from "../../words/row-filter.ts";
import { inOrder, usualOrder, type Order } from "../../words/row-order.ts";

/** All agents: how many are how, and which of them want to be looked at. */
export function FleetView({ query }: { query: string }): VNode {
  const app = useConsole();
  const [order, setOrder] = useState<Order>(usualOrder);
  const all = app.rows.value;
  const found = useMemo(() => findRows([...all.values()], query), [all, query]);
  const rows = useMemo(() => inOrder(found.rows, order), [found, order]);
  const choose = (wanted: string): void => {
    history.replaceState(undefined, "", fleetHref(wanted));
    app.route.value = { at: "fleet", query: wanted };
  };
  if (app.link.value === "connecting") return <p class="muted loading">Reading the fleet …</p>;
  if (!app.anyAgents.value) return <FirstAgent />;
  return (
    <>
      <header class="view-head">
        <h1>Agents</h1>
        <a class="button primary" href="#/send">
          Send a configuration
        </a>
      </header>
      <GuestNote rows={all} choose={choose} />
      <CountTiles query={query} choose={choose} />
      <div class="finder">
        <label class="search">
          <span class="spoken">Search agents</span>
          <input
            type="search"
            value={query}
            placeholder="Search: web-1, is:failing, os.type=linux"
            spellcheck={false}
            autocomplete="off"
            aria-invalid={found.problem !== undefined}
            aria-describedby="query-problem"
            onInput={(event) => choose(event.currentTarget.value)}
          />
        </label>
        <GroupBar query={query} choose={choose} valid={found.problem === undefined} />
        <p id="query-problem" class="query-problem" role="status">
          {found.problem ?? (query.trim() === "" ? "" : foundText(rows.length, all.size))}
        </p>
      </div>
      <AgentTable rows={rows} order={order} setOrder={setOrder} />
      <SelectionBar />
    </>
  );
}

function foundText(found: number, all: number): string {
  return found === 0 ? `None of ${all} agents is so.` : `${found} of ${all} agents`;
}
