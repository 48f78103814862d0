import type { CoreSettings } from "../state/core-settings.ts";
import type { Instant } from "../state/time.ts";
import type { State } from "../state/state.ts";
import type { LogLook, LogWatch } from "../state/log-watch.ts";

/** The log before its first look. */
export const newLogWatch: LogWatch = { asked: false, dueAt: 0, problem: undefined };

/** When the log is to be looked at; undefined while nobody writes it or an answer is awaited. */
export function nextLookAt({ agent: { process: agent }, log }: State): Instant | undefined {
  return agent.at === "down" || log === undefined || log.asked ? undefined : log.dueAt;
}

/** The agent was started. Its start looks at the log itself, so the next look comes an interval later. */
export function logOpened(state: State, at: Instant, { logLookMs }: CoreSettings): State {
  if (state.log === undefined) return state;
  return { ...state, log: { ...state.log, dueAt: at + logLookMs } };
}

/** A look at the log is under way. */
export function lookBegun(state: State): State {
  return state.log === undefined ? state : { ...state, log: { ...state.log, asked: true } };
}

/** The look has come to its end. */
export function lookedAtLog(
  state: State,
  look: LogLook,
  at: Instant,
  { logLookMs }: CoreSettings,
): State {
  if (state.log === undefined) return state;
  const missing = look.is === "gone" ? look.why : undefined;
  return { ...state, log: { asked: false, dueAt: at + logLookMs, problem: undefined, missing } };
}

/** A run has a log, or has none for this reason. */
export function logFound(state: State, missing: string | undefined): State {
  if (state.log === undefined || state.log.missing === missing) return state;
  return { ...state, log: { ...state.log, missing } };
}

/**
 * The log could not be set aside; the next try comes later, because a full disk does not get room by being asked often.
 */
export function lookFailed(
  state: State,
  problem: string,
  at: Instant,
  { logLookMs }: CoreSettings,
): State {
  if (state.log === undefined) return state;
  return { ...state, log: { ...state.log, asked: false, dueAt: at + 12 * logLookMs, problem } };
}
