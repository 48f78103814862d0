import { computed, signal, type ReadonlySignal, type Signal } from "@preact/signals";
import { type Context, createContext } from "preact";
import { useContext } from "preact/hooks";
import type { AgentRow, FleetChange, FleetCounts, FleetOverview } from "../../shapes/api-shapes.ts";
import { type Route, routeOf } from "../words/page-route.ts";

/** What there is beside the agents; the number of it rises when it has changed. */
export type ListName = FleetChange["lists"][number];

/** Whether what is shown is what is so. `locked`: the server wants a token. */
export type Link = "connecting" | "live" | "lost" | "locked";

/** A message that comes up for a moment. */
export interface Notice {
  readonly text: string;
  readonly tone: "good" | "bad";
}

/** What all views look at. */
export interface Console {
  readonly link: Signal<Link>;
  readonly route: Signal<Route>;
  readonly overview: Signal<FleetOverview | undefined>;
  readonly rows: Signal<ReadonlyMap<string, AgentRow>>;
  readonly counts: Signal<FleetCounts>;
  readonly changes: Readonly<Record<ListName, Signal<number>>>;
  /** The agents that were ticked in the table. */
  readonly selection: Signal<ReadonlySet<string>>;
  readonly notice: Signal<Notice | undefined>;
  /** The time on the server's clock, once a second. */
  readonly now: Signal<number>;
  /** How far that is ahead of the browser's own. */
  readonly aheadMs: Signal<number>;
  readonly anyAgents: ReadonlySignal<boolean>;
}

const nothing: FleetCounts = {
  total: 0,
  healthy: 0,
  degraded: 0,
  failing: 0,
  away: 0,
  unknown: 0,
  applying: 0,
};

/** A console that knows nothing yet. */
export function createConsole(): Console {
  const rows = signal<ReadonlyMap<string, AgentRow>>(new Map());
  return {
    link: signal<Link>("connecting"),
    route: signal(routeOf(location.hash)),
    overview: signal<FleetOverview | undefined>(undefined),
    rows,
    counts: signal(nothing),
    changes: {
      configurations: signal(0),
      groups: signal(0),
      rollouts: signal(0),
      packages: signal(0),
      overload: signal(0),
    },
    selection: signal<ReadonlySet<string>>(new Set()),
    notice: signal<Notice | undefined>(undefined),
    now: signal(Date.now()),
    aheadMs: signal(0),
    anyAgents: computed(() => rows.value.size > 0),
  };
}

/** The console that the views belong to. */
export const ConsoleContext: Context<Console | undefined> = createContext<Console | undefined>(
  undefined,
);

/** The console, inside a view. */
export function useConsole(): Console {
  const found = useContext(ConsoleContext);
  if (found === undefined) throw new Error("expected a console around this view");
  return found;
}
