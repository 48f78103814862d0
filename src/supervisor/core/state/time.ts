/** Milliseconds since the epoch. Enters the core only inside events. */
export type Instant = number;
/** Numbers the starts of the agent; every fact about a child carries it. */
export type Run = number;
