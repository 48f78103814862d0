import type { Policy } from "./policy.ts";
import type { Instant, State } from "./state.ts";

/** What is known of the file that the agent writes its log into. */
export interface LogWatch {
  /** True while an answer is awaited. */
  readonly asked: boolean;
  /** When its size is looked at next. */
  readonly dueAt: Instant;
  /** Why a log that is too large could not be set aside; undefined when it could. */
  readonly problem: string | undefined;
}

/** What a look at the agent's log came to. */
export type LogLook =
  | { readonly is: "small" }
  | {
      readonly is: "set-aside";
      readonly keptBytes: number;
      /** Older ones that were not copied, because the log was far too large. */
      readonly skippedBytes: number;
      /** Written between the copy and the emptying. */
      readonly lostBytes: number;
    };

/** A file that nobody has looked at yet. */
export const newLogWatch: LogWatch = { asked: false, dueAt: 0, problem: undefined };

/** When the log is to be looked at; undefined while nobody writes it or an answer is awaited. */
export function nextLookAt({ agent, log }: State): Instant | undefined {
  return agent.at === "down" || log === undefined || log.asked ? undefined : log.dueAt;
}

/** The start of an agent looks at the log itself. */
export function logOpened(state: State, at: Instant, { logLookMs }: Policy): State {
  if (state.log === undefined) return state;
  return { ...state, log: { ...state.log, dueAt: at + logLookMs } };
}

export function lookBegun(state: State): State {
  return state.log === undefined ? state : { ...state, log: { ...state.log, asked: true } };
}

export function lookedAtLog(state: State, at: Instant, { logLookMs }: Policy): State {
  if (state.log === undefined) return state;
  return { ...state, log: { asked: false, dueAt: at + logLookMs, problem: undefined } };
}

/** A disk without room does not get better by being asked often. */
export function lookFailed(
  state: State,
  problem: string,
  at: Instant,
  { logLookMs }: Policy,
): State {
  if (state.log === undefined) return state;
  return { ...state, log: { asked: false, dueAt: at + 12 * logLookMs, problem } };
}
