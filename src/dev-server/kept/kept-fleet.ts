import type { Fleet, FleetNews } from "../fleet/fleet-state.ts";
import { holdFleet } from "../fleet/hold-fleet.ts";
import { viewFleet } from "../fleet/view.ts";
import type { FleetCounts, ListName } from "../shapes/api-shapes.ts";
import { createTally } from "./tally.ts";
import { type Waiters, createWaiters } from "./waiters.ts";

/** What listeners are told: what is new in the fleet, and which lists beside it are. */
export interface KeptNews extends FleetNews {
  readonly list?: ListName;
}

/** The one fleet of a server: the only place where it changes, and who is told. */
export interface KeptFleet {
  /** Always as it is now; whoever wants to compare keeps what it has read, not this. */
  current(): Fleet;
  learn(news: FleetNews): void;
  /** A list beside the agents has changed. */
  tell(list: ListName): void;
  counts: () => FleetCounts;
  /** Called after every change. */
  readonly listeners: Set<(news: KeptNews) => void>;
  readonly waiters: Waiters;
}

/** Keeps a fleet, empty at first. */
export function keepFleet(): KeptFleet {
  const { fleet, apply } = holdFleet();
  const tally = createTally();
  const listeners = new Set<(news: KeptNews) => void>();
  const waiters = createWaiters(() => viewFleet(fleet));
  const tell = (news: KeptNews): void => {
    for (const listener of listeners) listener(news);
  };
  return {
    current: () => fleet,
    learn: (news) => {
      if (isNothing(news)) return;
      apply(news);
      for (const { uid } of news.records ?? []) tally.note(uid, fleet.agents.get(uid));
      for (const uid of news.forgotten ?? []) tally.note(uid, undefined);
      waiters.check();
      tell(news);
    },
    tell: (list) => tell({ list }),
    counts: tally.counts,
    listeners,
    waiters,
  };
}

function isNothing({ records = [], forgotten = [], assigned, ended, revoked }: FleetNews): boolean {
  const others = [assigned, ended, revoked];
  return records.length === 0 && forgotten.length === 0 && others.every((one) => one === undefined);
}
