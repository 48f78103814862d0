import type { Fleet, FleetNews } from "../fleet/fleet-state.ts";
import { withoutBiggest } from "../fleet/held-bytes.ts";
import { holdFleet } from "../fleet/hold-fleet.ts";
import { viewFleet } from "../fleet/view.ts";
import type { FleetCounts, ListName } from "../shapes/api-shapes.ts";
import { rankBytes } from "./rank-bytes.ts";
import { createTally } from "./tally.ts";
import { type Waiters, createWaiters } from "./waiters.ts";

/** What listeners are told: what is new in the fleet, and which lists beside it are. */
export interface KeptNews extends FleetNews {
  readonly list?: ListName;
  /** Agents of which something was too much to keep for the first time. */
  readonly overfull?: readonly string[];
}

/** The one fleet of a server: the only place where it changes, and who is told. */
export interface KeptFleet {
  /** Always as it is now; whoever wants to compare keeps what it has read, not this. */
  current(): Fleet;
  learn(news: FleetNews): void;
  /** A list beside the agents has changed. */
  tell(list: ListName): void;
  counts: () => FleetCounts;
  /** How much is held of what agents have said of themselves, in bytes of messages. */
  heldBytes: () => number;
  /** Called after every change. */
  readonly listeners: Set<(news: KeptNews) => void>;
  readonly waiters: Waiters;
}

/**
 * 50,000 collectors with short configurations (5 kB each) have room in it. In memory a health tree is four times as big as its
 * message, and one that somebody has made for it twelve times: more than this Node's heap might not hold.
 */
export const usualMostHeldBytes: number = 256 * 1024 * 1024;

/**
 * Keeps a fleet, empty at first. Of all that its agents say of themselves so many bytes of messages are held; then the agent
 * of which the most is held loses its biggest, and nobody else anything.
 */
export function keepFleet(mostHeldBytes: number = usualMostHeldBytes): KeptFleet {
  const { fleet, apply } = holdFleet();
  const held = rankBytes();
  const overfull = new Set<string>();
  const tally = createTally();
  const listeners = new Set<(news: KeptNews) => void>();
  const waiters = createWaiters(() => viewFleet(fleet));
  const tell = (news: KeptNews): void => {
    for (const listener of listeners) listener(news);
  };
  /** Each turn lets go of a message that has come once: all turns together are no more than there were messages. */
  const makeLess = (): ReadonlySet<string> => {
    const cut = new Set<string>();
    while (held.total() > mostHeldBytes) {
      const record = fleet.agents.get(held.biggest() ?? "");
      if (record === undefined) break;
      const less = withoutBiggest(record);
      apply({ records: [less] });
      held.note(record.uid, less);
      cut.add(record.uid);
    }
    return cut;
  };
  return {
    current: () => fleet,
    heldBytes: held.total,
    learn: (news) => {
      if (isNothing(news)) return;
      apply(news);
      for (const { uid } of news.records ?? []) held.note(uid, fleet.agents.get(uid));
      for (const uid of news.forgotten ?? []) held.note(uid, undefined);
      const cut = makeLess();
      const records = [
        ...(news.records ?? []).filter(({ uid }) => !cut.has(uid)),
        ...[...cut].flatMap((uid) => fleet.agents.get(uid) ?? []),
      ];
      for (const { uid } of records) tally.note(uid, fleet.agents.get(uid));
      for (const uid of news.forgotten ?? []) tally.note(uid, undefined);
      for (const uid of news.forgotten ?? []) overfull.delete(uid);
      const fresh = [...cut].filter((uid) => !overfull.has(uid));
      for (const uid of fresh) overfull.add(uid);
      waiters.check();
      if (cut.size === 0) tell(news);
      else tell({ ...news, records, ...(fresh.length === 0 ? {} : { overfull: fresh }) });
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
