import type { Overload, OverloadWish } from "../shapes/api-shapes.ts";

/** A switch with which somebody sees what agents do when a server has too much to do. */
export interface OverloadSwitch {
  readonly current: () => Overload;
  set(wish: OverloadWish): void;
  close(): void;
}

/** Why an agent is sent away. */
export const overloadedWords = "the server has too much to do; come back later";

/** It is off at first; `changed` is called whenever it stands otherwise than before, also when it goes off by itself. */
export function createOverloadSwitch(now: () => number, changed: () => void): OverloadSwitch {
  let held: Overload = { on: false };
  let timer: NodeJS.Timeout | undefined;
  const set = ({ on, retryAfterSeconds, forSeconds }: OverloadWish): void => {
    clearTimeout(timer);
    const at = now();
    held = on
      ? {
          on,
          ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
          since: held.since ?? at,
          ...(forSeconds === undefined ? {} : { until: at + forSeconds * 1_000 }),
        }
      : { on };
    if (on && forSeconds !== undefined) {
      timer = setTimeout(() => set({ on: false }), forSeconds * 1_000);
    }
    changed();
  };
  return { current: () => held, set, close: () => clearTimeout(timer) };
}
