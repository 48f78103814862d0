import { refusalForStorage } from "../config/storage.ts";
import type { CoreSettings } from "../state/core-settings.ts";
import type { SettingsOffer } from "../state/offers.ts";
import type { Instant } from "../state/time.ts";
import type { State } from "../state/state.ts";
import { settingsBegun, settingsNotKept } from "./offer.ts";

/**
 * What becomes of offered connection settings when the storage directory cannot be written, or can again. What is on its
 * way is refused, but for what the agent tries already, which is settled by that; with room again it is begun anew.
 */
export function settingsAfterStorage(
  before: State,
  after: State,
  at: Instant,
  core: CoreSettings,
): State {
  const { problem } = after.storage;
  const { underWay, trying, failed } = after.connections;
  if (problem === undefined) {
    const waits = before.storage.refusedSettings;
    const isNewest = waits !== undefined && (waits === failed || waits === underWay);
    return isNewest ? settingsBegun(after, waits, at, core) : after;
  }
  if (underWay === undefined) return after;
  if (trying === undefined) return settingsNotKept(asBefore(after), underWay, problem);
  const { candidate, former, wanted } = after.connections;
  const rest = candidate !== undefined || former !== undefined || wanted !== undefined;
  return rest ? restNotKept(asBefore(after), underWay, problem) : after;
}

/** What the agent tries goes on to its end; the answer to the whole offer is the refusal of the rest. */
function restNotKept(state: State, offer: SettingsOffer, problem: string): State {
  const { connections, storage } = state;
  const problems = [...connections.problems, refusalForStorage(problem)];
  return {
    ...state,
    connections: { ...connections, problems, wanted: undefined },
    storage: { ...storage, refusedSettings: offer },
  };
}

/** A server that the offer led to is given up for the one before it: a later start would not know it. */
function asBefore(state: State): State {
  const { former, server } = state.connections;
  const kept = former === undefined ? { server } : { server: former.settings, former: undefined };
  return { ...state, connections: { ...state.connections, ...kept, candidate: undefined } };
}
