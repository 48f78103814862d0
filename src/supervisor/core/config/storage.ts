import type { RemoteConfig } from "../../../agent-config/config.ts";
import type { CoreSettings } from "../state/core-settings.ts";
import type { Event } from "../state/event.ts";
import type { Instant } from "../state/time.ts";
import { type State, withConfig } from "../state/state.ts";
import { soundStorage } from "../state/storage-state.ts";
import { offered } from "./propose.ts";
import { answeredFailed, offerFailed, owed } from "./verdict.ts";

/**
 * What must outlive us cannot be written. What runs goes on; an offer on its way is refused, because a start of the
 * supervisor would not know of it. One that is being written is settled by that.
 */
export function storageFailed(state: State, why: string): State {
  if (state.storage.problem === why) return state;
  const { waiting, candidate, writing } = state.config;
  const next: State = { ...state, storage: { ...state.storage, problem: why } };
  const remote = waiting ?? candidate?.remote;
  if (remote === undefined || !owed(state, remote) || writing !== undefined) return next;
  // An offer that waits for connections which are being tried has no candidate yet: the one there is theirs.
  const left = state.connections.trying === undefined ? undefined : candidate;
  const without = withConfig(next, { waiting: undefined, candidate: left });
  return noted(answeredFailed(without, remote, refusalForStorage(why)), remote);
}

/** A new offer while nothing can be written; undefined where that is not so. */
export function refusedForStorage(state: State, remote: RemoteConfig): State | undefined {
  const { problem } = state.storage;
  if (problem === undefined) return undefined;
  return noted(offerFailed(state, remote, refusalForStorage(problem)), remote);
}

/** An offer is looked at where what comes of it can be kept. */
export function offeredWhereKept(
  state: State,
  remote: RemoteConfig,
  at: Instant,
  core: CoreSettings,
): State {
  return refusedForStorage(state, remote) ?? offered(state, remote, at, core);
}

/** The storage directory cannot be written, or can again. */
export function storageChanged(
  state: State,
  event: Extract<Event, { on: "storage-failed" | "storage-works" }>,
  core: CoreSettings,
): State {
  return event.on === "storage-failed"
    ? storageFailed(state, event.why)
    : storageWorks(state, event.at, core);
}

/** It can be written again: what was refused for nothing else is taken up. */
export function storageWorks(state: State, at: Instant, core: CoreSettings): State {
  const { problem, refused } = state.storage;
  if (problem === undefined) return state;
  const next: State = { ...state, storage: soundStorage };
  if (refused === undefined || state.config.failed !== refused) return next;
  return offered(withConfig(next, { lastOffer: undefined, notBefore: at }), refused, at, core);
}

function noted(state: State, refused: RemoteConfig): State {
  return { ...state, storage: { ...state.storage, refused } };
}

/** What a server is told of an offer that cannot be kept. */
export function refusalForStorage(why: string): string {
  return `nothing new is taken while the supervisor cannot keep it: ${why}`;
}
