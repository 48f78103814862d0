/** What agents are told while the server plays at being overloaded. */
export interface Overload {
  readonly on: boolean;
  /** How long they are to stay away; absent: they choose. */
  readonly retryAfterSeconds?: number;
}

/** A switch with which somebody sees what agents do when a server has too much to do. */
export interface OverloadSwitch {
  readonly current: () => Overload;
  set(overload: Overload): void;
}

/** Why an agent is sent away. */
export const overloadedWords = "the server has too much to do; come back later";

/** It is off at first. */
export function createOverloadSwitch(): OverloadSwitch {
  let held: Overload = { on: false };
  return {
    current: () => held,
    set: (overload) => {
      held = overload;
    },
  };
}
