import { type ReceiverPlace, restartedAlone } from "../../../agent-config/reload-parts.ts";
import type { ComponentHealth } from "../../../opamp-client/wire/messages.ts";
import { factsInForce } from "../config/binary.ts";
import type { AgentState, ReloadingAgent, RestartedReceiver } from "../state/agent.ts";
import type { CoreSettings } from "../state/core-settings.ts";
import type { Generation } from "../state/generation.ts";
import type { Instant } from "../state/time.ts";
import type { State } from "../state/state.ts";

/**
 * True where an agent that is started now may restart its receivers alone: it has the gate, something that tells of its
 * receivers, and a part in which we can write what makes it reload as a whole.
 */
export function reloadsInPart(state: State, { reload, partTimeoutMs }: CoreSettings): boolean {
  const binary = factsInForce(state);
  const known = binary?.reloadsInPart === true && binary.otherPartGates !== true;
  const provable = binary?.hasOpampExtension === true && binary.hasHealthCheck;
  return reload === "auto" && partTimeoutMs !== undefined && known && provable;
}

/**
 * The receivers that alone would be restarted on the way to the target, where the agent's extension will show it;
 * undefined: the whole agent is to be reloaded. A receiver that is not well now may get well by itself, which would look
 * like a restart.
 */
export function receiversAlone(
  state: State,
  target: Generation,
): readonly RestartedReceiver[] | undefined {
  const agent = state.agent.process;
  const { health } = state.extension;
  if (agent.at !== "up" || health === undefined || !isTold(state, agent.run)) return undefined;
  const [before, after] = [agent.generation.config.parts, target.config.parts];
  if (before === undefined || after === undefined) return undefined;
  const pipelines = new Map(before.pipelines);
  const places = restartedAlone(before, after);
  const told = places?.map((place) => {
    const known = healthOf(health, place);
    const isNew = pipelines.get(place.pipeline)?.includes(place.receiver) !== true;
    return { ...place, was: known, provable: isNew ? known === undefined : isWell(known) };
  });
  if (told?.every(({ provable }) => provable) !== true) return undefined;
  return told.map(({ pipeline, receiver, was }) => ({
    pipeline,
    receiver,
    toldAt: was?.statusTimeUnixNano,
  }));
}

/** True when the agent's extension has told that all these receivers were restarted and are well. */
export function partProved(state: State, { run, part }: ReloadingAgent): boolean {
  const { health } = state.extension;
  if (part === undefined || health === undefined || !isTold(state, run)) return false;
  return part.every(({ toldAt, ...place }) => {
    const known = healthOf(health, place);
    return isWell(known) && known?.statusTimeUnixNano !== toldAt;
  });
}

/** When a reload of receivers alone has gone unproved for too long; Infinity where it is none, or is none any more. */
export function partDeadline(
  { since, part, underWay }: ReloadingAgent,
  { partTimeoutMs }: CoreSettings,
): Instant {
  if (part === undefined || underWay || partTimeoutMs === undefined) return Infinity;
  return since + partTimeoutMs;
}

/** True of an agent that goes on working while it restarts receivers. */
export function worksOn(agent: AgentState): boolean {
  return agent.at === "reloading" && agent.part !== undefined && !agent.underWay;
}

function isTold({ extension: { link, lost } }: State, run: number): boolean {
  return link?.run === run && lost === undefined;
}

function healthOf(
  { componentHealthMap: pipelines }: ComponentHealth,
  { pipeline, receiver }: ReceiverPlace,
): ComponentHealth | undefined {
  const parts = pipelines?.get(`pipeline:${pipeline}`)?.componentHealthMap;
  return parts?.get(`receiver:${receiver}`);
}

function isWell(health: ComponentHealth | undefined): boolean {
  return health?.status === "StatusOK" && health.statusTimeUnixNano !== undefined;
}
