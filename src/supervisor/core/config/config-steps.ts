import type { CoreSettings } from "../state/core-settings.ts";
import { freeAt, givenUpAt, readableAt } from "./offer-pace.ts";
import type { Generation } from "../state/generation.ts";
import type { Instant } from "../state/time.ts";
import type { State } from "../state/state.ts";
import type { Step } from "../state/step.ts";

/** The next step that a configuration needs on its way into force. */
export function configStep(state: State, now: Instant, core: CoreSettings): Step | undefined {
  const { identity } = state;
  const { candidate, target, writing, held } = state.config;
  if (state.desired.run === "down") return lastWrite(state, now, core);
  const mayAsk = now >= freeAt(state.config) && !identity.asking;
  if (identity.binary === undefined && mayAsk && now >= identity.notBefore) {
    return { do: "identify-agent" };
  }
  if (held !== undefined && now >= readableAt(state, held.remote)) {
    return { do: "read-offer", remote: held.remote };
  }
  if (now < state.config.notBefore) return undefined;
  if (candidate?.at === "new" && mayAsk) {
    return { do: "validate-config", generation: generationOf(candidate) };
  }
  if (writing !== undefined) return undefined;
  if (candidate?.at === "valid") {
    if (provesItself(state, now, core)) return undefined;
    return { do: "write-config", generation: generationOf(candidate) };
  }
  if (target === undefined || state.config.onDisk === target.number) return undefined;
  return { do: "write-config", generation: target };
}

/**
 * The last thing to write: an agent that goes on without us must find a good configuration when it is started again.
 */
function lastWrite(
  { config: { target, onDisk, writing, notBefore: configNotBefore } }: State,
  now: Instant,
  { kind }: CoreSettings,
): Step | undefined {
  if (!kind.outlivesUs || writing !== undefined || now < configNotBefore) return undefined;
  if (target === undefined || onDisk === target.number) return undefined;
  return { do: "write-config", generation: target };
}

/**
 * True while the very first configuration is about to become good: an offer that comes in these moments waits, so that
 * there is something to go back to. A first configuration that does not come up is replaced at once, because the offer
 * may be the cure.
 */
function provesItself(
  { config: { good, trial }, agent: { process: agent } }: State,
  now: Instant,
  core: CoreSettings,
): boolean {
  if (good !== undefined || trial === undefined) return false;
  if (agent.at === "up") return agent.healthySince !== undefined;
  return agent.at === "starting" && now - agent.startedAt < core.quietStartMs;
}

function generationOf(candidate: Generation): Generation {
  const { number, config, remote, binary, connections, sources, stopsData } = candidate;
  return { number, config, remote, binary, connections, sources, stopsData };
}

/** The moments before which a step is not tried again, or not tried yet. */
export function configDeadlines(state: State): readonly Instant[] {
  const { desired, identity, config } = state;
  if (desired.run === "down") return [];
  return [
    identity.notBefore,
    config.notBefore,
    freeAt(config),
    givenUpAt(config),
    ...(config.held === undefined ? [] : [readableAt(state, config.held.remote)]),
  ];
}

/** When probation is over, or a start in it has taken too long. */
export function probationDeadlines({
  config: { probation },
  agent: { process: agent },
}: State): readonly Instant[] {
  if (probation === undefined) return [];
  const { until, startTimeoutMs } = probation;
  return agent.at === "starting" ? [until, agent.startedAt + startTimeoutMs] : [until];
}

/** The moments at which time alone decides about a trial. */
export function trialDeadlines(
  { config: { trial }, agent: { process: agent } }: State,
  core: CoreSettings,
): readonly Instant[] {
  const started = trial?.startedAt;
  const healthySince = agent.at === "up" ? agent.healthySince : undefined;
  return [
    ...(healthySince === undefined ? [] : [healthySince + core.settleMs]),
    ...(started === undefined || trial === undefined
      ? []
      : [started + trial.startTimeoutMs, started + core.applyTimeoutMs]),
  ];
}
