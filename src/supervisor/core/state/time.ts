/**
 * Milliseconds on a clock that only ever goes on, whatever becomes of the wall clock; where it began means nothing, and
 * it stands still while the machine sleeps. Enters the core only inside events.
 */
export type Instant = number;

/**
 * What a clock on the wall shows, which may be set at any moment. An object, so that the compiler lets nobody compare it
 * with an instant or count with both.
 */
export interface WallTime {
  /** Milliseconds since 1970 in UTC. */
  readonly unixMs: number;
}

/** Numbers the starts of the agent; every fact about a child carries it. */
export type Run = number;
