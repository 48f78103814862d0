import { batch } from "@preact/signals";
import type { AgentRow, FleetChange, FleetOverview } from "../../shapes/api-shapes.ts";
import { routeOf } from "../words/page-route.ts";
import { aheadBy } from "../words/times.ts";
import { get } from "./ask-server.ts";
import type { Console } from "./console-store.ts";

/** How long a lost server is left alone before it is asked again. */
const retryMs = 1_500;

/** Keeps the console as the fleet is, for as long as the page is open. */
export function keepLive(app: Console): void {
  addEventListener("hashchange", () => {
    app.route.value = routeOf(location.hash);
    scrollTo(0, 0);
  });
  setInterval(() => {
    app.now.value = Date.now() + app.aheadMs.value;
  }, 1_000);
  listen(app);
}

/** The browser's own way to come back gives up after some answers, so that each connection is a new one. */
function listen(app: Console): void {
  const events = new EventSource("/api/events");
  const waiting: FleetChange[] = [];
  const at = { reading: false };
  const take = (change: FleetChange): void => {
    if (change.all !== true && !at.reading) {
      absorb(app, change);
      return;
    }
    waiting.push(change);
    if (at.reading) return;
    at.reading = true;
    void readAll(app).then((read) => {
      at.reading = false;
      if (!read) {
        again();
        return;
      }
      waiting.splice(0).forEach((each) => absorb(app, each));
      app.link.value = "live";
    });
  };
  const again = (): void => {
    events.close();
    if (app.link.value !== "locked") app.link.value = "lost";
    setTimeout(() => listen(app), retryMs);
  };
  events.addEventListener("change", ({ data }: MessageEvent<string>) => {
    take(JSON.parse(data) as FleetChange);
  });
  events.addEventListener("error", () => {
    if (app.link.value !== "locked") void lookWhy(app);
    again();
  });
}

/** A refused event stream does not say why; a plain request does. */
async function lookWhy(app: Console): Promise<void> {
  const answer = await get<FleetOverview>("/api/fleet");
  if (!answer.ok && answer.status === 401) app.link.value = "locked";
}

async function readAll(app: Console): Promise<boolean> {
  const [overview, list] = await Promise.all([
    get<FleetOverview>("/api/fleet"),
    get<{ readonly agents: readonly AgentRow[] }>("/api/agents"),
  ]);
  if (!overview.ok || !list.ok) return false;
  batch(() => {
    app.overview.value = overview.value;
    app.aheadMs.value = aheadBy(overview.value.now, Date.now());
    app.now.value = Date.now() + app.aheadMs.value;
    app.counts.value = overview.value.counts;
    app.rows.value = new Map(list.value.agents.map((row) => [row.uid, row]));
    for (const change of Object.values(app.changes)) change.value += 1;
  });
  return true;
}

function absorb(app: Console, { counts, rows, forgotten, lists }: FleetChange): void {
  batch(() => {
    app.counts.value = counts;
    if (rows.length > 0 || forgotten.length > 0) {
      const known = new Map(app.rows.value);
      for (const row of rows) known.set(row.uid, row);
      for (const uid of forgotten) known.delete(uid);
      app.rows.value = known;
    }
    for (const list of lists) app.changes[list].value += 1;
    const ticked = app.selection.value;
    if (forgotten.some((uid) => ticked.has(uid))) {
      app.selection.value = new Set([...ticked].filter((uid) => !forgotten.includes(uid)));
    }
  });
}
