import { type Fleet, emptyFleet } from "./fleet-state.ts";
import { viewFleet } from "./view.ts";
import { type Waiters, createWaiters } from "./waiters.ts";

/** The one fleet of a server: the only place where it changes, and who is told. */
export interface KeptFleet {
  current(): Fleet;
  become(next: Fleet): void;
  /** Tells the listeners that something beside the fleet has changed. */
  tell(): void;
  /** Called after every change. */
  readonly listeners: Set<() => void>;
  readonly waiters: Waiters;
}

/** Keeps a fleet, empty at first. */
export function keepFleet(): KeptFleet {
  let fleet = emptyFleet();
  const listeners = new Set<() => void>();
  const waiters = createWaiters(() => viewFleet(fleet));
  const tell = (): void => {
    for (const listener of listeners) listener();
  };
  return {
    current: () => fleet,
    tell,
    become: (next) => {
      if (next === fleet) return;
      fleet = next;
      waiters.check();
      tell();
    },
    listeners,
    waiters,
  };
}
