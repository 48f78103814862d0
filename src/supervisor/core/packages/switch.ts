import { atRest } from "../config/at-rest.ts";
import { binaryFailed, binaryOnItsWay, localBinary, sameBinary } from "../config/binary.ts";
import { offeredAgain } from "../config/retry.ts";
import { propose } from "../config/propose.ts";
import { rollBackBinaryInForce } from "../config/trial.ts";
import { offerFailed } from "../config/verdict.ts";
import { degradation } from "../data-flow/watch.ts";
import { exitText, isFromOutside } from "../agent/exit-text.ts";
import type { CoreSettings } from "../state/core-settings.ts";
import type { AgentBinary } from "../state/generation.ts";
import type { InstalledPackage } from "../state/packages.ts";
import { type State, withConfig, withPackages } from "../state/state.ts";
import type { Instant } from "../state/time.ts";
import { shownAt, shownNow, wallTime } from "../state/wall-clock.ts";
import { nextTrialAt, paceAfterTrial } from "./package-pace.ts";
import { withInstalled, withoutOutdated, withoutWithdrawn } from "./package-offers.ts";

/** So often the supervisor may end while a version is on trial before that one has failed. */
const deadlyAttempts = 2;
const deadlyVersion = `the supervisor ended ${deadlyAttempts} times while this version was tried, so it is not tried again (opampsupervisor retry tries it)`;

/** Takes a change of the binary a step further; looked at after every event. The same state when nothing is due. */
export function advancePackages(
  before: State,
  state: State,
  at: Instant,
  core: CoreSettings,
): State {
  if (!core.kind.mayStart) return state;
  const counted = crashCounted(before, state);
  const watched = watchFormer(proved(counted, at, core), at, core);
  const current = withoutOutdated(withoutWithdrawn(forgotten(watched, at), core));
  return answerTogether(tryReady(current, at, core));
}

/** The binary before the one in force is kept for some days. */
function forgotten(state: State, at: Instant): State {
  const { earlier } = state.packages;
  if (earlier === undefined || shownNow(state.clock, at).unixMs < earlier.until.unixMs)
    return state;
  return withPackages(state, { earlier: undefined, unswept: true });
}

/** The binary that waits is tried, as soon as nothing else is. */
function tryReady(state: State, at: Instant, core: CoreSettings): State {
  const { ready, together, attempt } = state.packages;
  const { target } = state.config;
  if (ready === undefined || target === undefined) return state;
  if (!atRest(state) || at < nextTrialAt(state)) return state;
  const { binary, alone } = ready;
  const contentHash = binary.package?.contentHash ?? "";
  const times = attempt?.contentHash === contentHash ? attempt.times : 0;
  const begun = withPackages(state, {
    ready: undefined,
    trying: binary,
    attempt: { contentHash, times: times + 1 },
    trialPace: paceAfterTrial(state, at),
    together: undefined,
  });
  if (times >= deadlyAttempts) return binaryFailed(begun, deadlyVersion, Infinity);
  const remote = alone || together === undefined ? target.remote : together.remote;
  return propose(begun, remote, at, core);
}

/** The binary on trial is good: it is the one in force, and on probation. */
function proved(state: State, at: Instant, core: CoreSettings): State {
  const { trying, accepted } = state.packages;
  const { good, previous } = state.config;
  if (trying === undefined || !sameBinary(good?.binary, trying)) return state;
  // An offer of a configuration that came meanwhile has waited for this.
  const without = withConfig(withPackages(state, { trying: undefined }), { waiting: undefined });
  if (!atRest(without)) return state;
  const from = accepted ?? localBinary(state, core);
  const until = wallTime(shownAt(state.clock, at).unixMs + core.packages.earlierMs);
  const changed = withPackages(state, {
    trying: undefined,
    attempt: undefined,
    accepted: trying.package === undefined ? undefined : trying,
    former:
      previous === undefined || trying.package === undefined
        ? undefined
        : { generation: previous, until: at + core.packages.probationMs, crashes: 0 },
    earlier: trying.package === undefined ? undefined : { binary: from, until },
    unswept: true,
  });
  // What the binary before it has refused may be right for this one.
  return offeredAgain(withInForce(changed, trying), at, core);
}

function withInForce(state: State, binary: AgentBinary): State {
  const installed = installedOf(binary);
  if (installed !== undefined) return withInstalled(state, installed);
  const addons = state.packages.installed.filter(({ kind }) => kind === "addon");
  return withPackages(state, { installed: addons });
}

function installedOf({ path, package: from }: AgentBinary): InstalledPackage | undefined {
  return from === undefined ? undefined : { ...from, kind: "agent", executable: path };
}

/** Each end of the agent that nobody asked for counts against a binary on probation. */
function crashCounted(before: State, state: State): State {
  const { former } = state.packages;
  const { last } = state.agent.crashes;
  if (former === undefined || last === undefined || last === before.agent.crashes.last) {
    return state;
  }
  if (isFromOutside(last)) return state;
  return withPackages(state, { former: { ...former, crashes: former.crashes + 1 } });
}

/** Probation ends by time, or by what the binary does in it. */
function watchFormer(state: State, at: Instant, core: CoreSettings): State {
  const { former, accepted } = state.packages;
  if (former === undefined) return state;
  const { generation, until } = former;
  // Whatever was in force together with it has gone already.
  if (accepted === undefined || !sameBinary(state.config.good?.binary, accepted)) {
    return withPackages(state, { former: undefined, unswept: true });
  }
  const why = whyRevert(state, at, core);
  if (why !== undefined) return rollBackBinaryInForce(state, generation, why, at, core);
  return at < until ? state : withPackages(state, { former: undefined, unswept: true });
}

/** Why the agent is worse off with the binary in probation; undefined while it is not. */
function whyRevert(state: State, at: Instant, core: CoreSettings): string | undefined {
  const { former, accepted } = state.packages;
  const agent = state.agent.process;
  const { last } = state.agent.crashes;
  if ((former?.crashes ?? 0) >= core.packages.crashBudget && last !== undefined) {
    return `the agent ended ${core.packages.crashBudget} times within the probation of this version, the last time: ${exitText(last)}`;
  }
  if (agent.at !== "up" || !sameBinary(agent.generation.binary, accepted)) return undefined;
  if (agent.illSince !== undefined && at - agent.illSince >= core.illMs) {
    return `the agent fell ill within the probation of this version: ${agent.probe.complaint ?? ""}`;
  }
  if (agent.healthySince === undefined || agent.generation.stopsData) return undefined;
  const degraded = degradation(state, agent);
  return degraded === undefined
    ? undefined
    : `within the probation of this version: ${degraded.why}`;
}

/**
 * What has waited for a binary fails with it, and with a file that cannot be had for now: it is tried again when the binary
 * is in force.
 */
function answerTogether(state: State): State {
  const { together, trying } = state.packages;
  if (together === undefined || trying !== undefined || binaryOnItsWay(state)) return state;
  return offerFailed(withPackages(state, { together: undefined }), together.remote, together.why);
}
