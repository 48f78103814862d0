import type { CoreSettings } from "../state/core-settings.ts";
import type { Generation } from "../state/generation.ts";
import { type State, withConfig } from "../state/state.ts";
import type { Instant } from "../state/time.ts";
import type { Trial, Probation } from "../state/trials.ts";
import { owed } from "./verdict.ts";

/** The agent has proved the target: it is good, and so is the remote configuration in it. */
export function targetProved(state: State, at: Instant, core: CoreSettings): State {
  const { target, verdict, good, trial } = state.config;
  if (target === undefined) return state;
  const won: State = withConfig(state, {
    trial: undefined,
    good: target,
    ...(good === undefined || good.number === target.number
      ? {}
      : { previous: good, probation: probationAfter(trial, target, at, core) }),
  });
  return owed(state, target.remote) && verdict.is === "applying"
    ? withConfig(won, { verdict: { is: "applied", hash: verdict.hash }, failed: undefined })
    : won;
}

function probationAfter(
  trial: Trial | undefined,
  { number }: Generation,
  at: Instant,
  { probationMs }: CoreSettings,
): Probation | undefined {
  if (trial === undefined) return undefined;
  return { generation: number, until: at + probationMs, startTimeoutMs: trial.startTimeoutMs };
}
