import { attachedByTime } from "./agent/attached.ts";
import { lossByTime } from "./agent/extension-loss.ts";
import { fleetByTime } from "./fleet/rollout.ts";
import { commandLineByTime } from "./agent/command-line.ts";
import { agentByTime } from "./agent/process.ts";
import { restartWhenDue } from "./agent/restart.ts";
import { validationByTime } from "./config/propose.ts";
import { probationByTime, trialByTime } from "./config/trial.ts";
import { flowByTime } from "./data-flow/watch.ts";
import type { CoreSettings } from "./state/core-settings.ts";
import type { State } from "./state/state.ts";
import type { Instant } from "./state/time.ts";

/** What the mere passing of time decides, looked at after every event. The same state when it decides nothing. */
export function byTime(state: State, at: Instant, core: CoreSettings): State {
  if (at < state.agent.unseenUntil) return state;
  const ours = commandLineByTime(agentByTime(restartWhenDue(state, at, core), at, core), at, core);
  const agent = fleetByTime(attachedByTime(ours, at, core), at, core);
  const tried = trialByTime(validationByTime(agent, at, core), at, core);
  return lossByTime(flowByTime(probationByTime(tried, at, core), at), at, core);
}
