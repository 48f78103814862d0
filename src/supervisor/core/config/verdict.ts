import type { RemoteConfig } from "../../../agent-config/config.ts";
import { type State, withConfig } from "../state/state.ts";
import type { Verdict } from "../state/trials.ts";

/** True when the server waits for a verdict on this remote configuration. */
export function owed({ config: { verdict } }: State, remote: RemoteConfig | undefined): boolean {
  return remote !== undefined && verdict.is === "applying" && verdict.hash === remote.hash;
}

/** The offer that was last looked at has failed; it is kept, so that a retry needs no server. */
export function answeredFailed(state: State, remote: RemoteConfig | undefined, why: string): State {
  return withConfig(state, { verdict: failedVerdict(state, why), failed: remote });
}

/** An offer that is not even looked at: the same one again is answered by the same verdict. */
export function offerFailed(state: State, remote: RemoteConfig, why: string): State {
  const { hash, digest } = remote;
  const noted = withConfig(state, {
    lastOffer: { hash, digest },
    waiting: undefined,
    held: undefined,
    verdict: { is: "applying", hash, note: "" },
  });
  return answeredFailed(noted, remote, why);
}

/** The failed verdict, with a word on what runs instead. */
function failedVerdict(state: State, why: string): Verdict {
  if (state.config.verdict.is === "unset") return state.config.verdict;
  return { is: "failed", hash: state.config.verdict.hash, why: `${why}\n${whatRuns(state)}` };
}

/** What runs now, told with each failure, so that nobody has to log in to see it. */
function whatRuns(state: State): string {
  const { good } = state.config;
  if (good === undefined) return "No configuration has been good before.";
  return good.config.parked
    ? "The agent idles: no earlier configuration was good."
    : `Generation ${good.number}, the last good configuration, stays in force.`;
}
