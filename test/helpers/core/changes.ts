import { wallTime } from "../../../src/supervisor/core/state/wall-clock.ts";
import type { Event } from "../../../src/supervisor/core/state/event.ts";
import { plan } from "../../../src/supervisor/core/plan.ts";
import { reduce } from "../../../src/supervisor/core/reduce.ts";
import type { CoreSettings } from "../../../src/supervisor/core/state/core-settings.ts";
import { type State, withAgent } from "../../../src/supervisor/core/state/state.ts";
import { policy, binary } from "./core-samples.ts";

/** One change of state, as the loop tells it. */
export interface Change {
  readonly before: State;
  readonly after: State;
  readonly event: Event;
}

/** Takes facts one after the other, the steps that follow from each included. */
export function changesOf(
  start: State,
  facts: readonly Event[],
  limits: CoreSettings = policy,
): { readonly state: State; readonly changes: readonly Change[] } {
  const changes: Change[] = [];
  let state: State = withAgent(start, { begun: true });
  const take = (event: Event): void => {
    const before = state;
    state = reduce(before, event, limits);
    if (state !== before) changes.push({ before, after: state, event });
  };
  for (const fact of facts) {
    take(fact);
    const next = () => plan(state, fact.at, limits).step;
    for (let step = next(); step !== undefined; step = next()) {
      take({ on: "step-begun", step, at: fact.at });
    }
  }
  return { state, changes };
}

/** An agent on its first configuration, healthy and proved. */
export const firstStart: readonly Event[] = [
  { on: "agent-identified", facts: binary, at: 1 },
  { on: "config-written", number: 1, at: 2 },
  { on: "agent-started", run: 1, pid: 7, at: 3 },
  { on: "agent-probed", run: 1, outcome: { is: "healthy", upSince: wallTime(10) }, at: 24 },
  { on: "ticked", at: 1_000 },
];
