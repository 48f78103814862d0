import type { Event } from "../state/event.ts";
import { logOpened } from "./log-size.ts";
import { startingAgent } from "../state/agent.ts";
import type { CoreSettings } from "../state/core-settings.ts";
import { type State, withAgent } from "../state/state.ts";

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
  { run, pid, startedAt, at }: Extract<Event, { on: "agent-adopted" }>,
  core: CoreSettings,
): State {
  const { desired } = state;
  const { target } = state.config;
  const agent = state.agent.process;
  if (target === undefined || agent.at !== "down") return state;
  return withAgent(logOpened(state, at, core), {
    nextRun: Math.max(state.agent.nextRun, run + 1),
    process: startingAgent(
      { run, pid, generation: target, restarts: desired.restarts, startedAt },
      at,
    ),
  });
}
