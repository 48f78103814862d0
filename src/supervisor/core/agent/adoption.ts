import type { Event } from "../state/event.ts";
import { logOpened } from "./log-size.ts";
import { startingAgent } from "../state/agent.ts";
import type { CoreSettings } from "../state/core-settings.ts";
import { type State, withAgent, withClock } from "../state/state.ts";
import type { Instant } from "../state/time.ts";
import { knownBefore, whenShown } from "../state/wall-clock.ts";

/**
 * Whether an agent that was left behind can be gone on with: it runs what is in force, and the file that it would read
 * at a reload says the same. Any other is better started anew.
 */
export function mayGoOn({ config: { target, onDisk } }: State, generation: number): boolean {
  return target?.number === generation && onDisk === generation && target.config.runs;
}

/** The agent of an earlier supervisor is ours from here on; whether it is well is still to be asked. */
export function adopted(
  state: State,
  event: Extract<Event, { on: "agent-adopted" }>,
  core: CoreSettings,
): State {
  const { run, pid, at } = event;
  const { desired } = state;
  const { target } = state.config;
  const agent = state.agent.process;
  if (target === undefined || agent.at !== "down") return state;
  const startedAt = startOf(state, event);
  const opened = logOpened(state, at, core);
  const dated = withClock(opened, knownBefore(state.clock, startedAt, event.startedAt));
  return withAgent(dated, {
    nextRun: Math.max(state.agent.nextRun, run + 1),
    process: startingAgent(
      { run, pid, generation: target, restarts: desired.restarts, startedAt },
      at,
    ),
  });
}

/** What the kernel counts may be off by this much, where the clock was not set. */
const roundingMs = 2_000;

/** When it was started: as its supervisor noted it, unless the kernel's count shows that the clock was set since. */
function startOf(
  { clock }: State,
  { startedAt, ageMs, at }: Extract<Event, { on: "agent-adopted" }>,
): Instant {
  const noted = Math.min(at, whenShown(clock, startedAt));
  if (ageMs === undefined) return noted;
  return Math.abs(noted - (at - ageMs)) <= roundingMs ? noted : at - ageMs;
}
