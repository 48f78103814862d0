import type { Instant } from "./time.ts";

/**
 * What has happened since the supervisor was started, as far as nothing else remembers it. For people who ask; nothing
 * is decided by it. In memory only.
 */
export interface History {
  /** Starts of the agent that came after an end, and how many of these ends nobody had asked for. */
  readonly restarts: number;
  readonly crashes: number;
  /** The end that no start has followed yet. */
  readonly pending: AgentEnd | undefined;
  /** The end before the last restart. */
  readonly lastEnd: AgentEnd | undefined;
  /** Why the agent does not answer now; undefined while it does, and before it ever did. */
  readonly gapWhy: string | undefined;
  /** The last time without an answer of the agent that is over. */
  readonly lastGap: Gap | undefined;
  /** Since when the agent runs the generation that it runs. */
  readonly runsSince: Instant | undefined;
  /** When the good generation became good; undefined when an earlier supervisor saw that. */
  readonly goodSince: Instant | undefined;
  /** Newest first. */
  readonly offers: readonly PastOffer[];
}

/** How a run of the agent came to its end. */
export interface AgentEnd {
  readonly at: Instant;
  readonly why: string;
  /** False of an end that nobody had asked for. */
  readonly planned: boolean;
}

/** A time in which the agent did not answer. */
export interface Gap {
  readonly since: Instant;
  readonly lastedMs: number;
  readonly why: string;
}

/** An offer of this life, with what has become of it so far. */
export interface PastOffer {
  readonly kind: "configuration" | "connections";
  /** Opaque, hex; empty when the server sent none. */
  readonly hash: string;
  readonly receivedAt: Instant;
  readonly verdict: "applying" | "applied" | "failed";
  /** When the verdict came about; undefined while there is none. */
  readonly decidedAt: Instant | undefined;
  /** Why it failed, or what it waits for; empty otherwise. */
  readonly why: string;
  /** True where the operator's own policy refused it. */
  readonly byPolicy: boolean;
}

/** Before anything has happened. */
export const noHistory: History = {
  restarts: 0,
  crashes: 0,
  pending: undefined,
  lastEnd: undefined,
  gapWhy: undefined,
  lastGap: undefined,
  runsSince: undefined,
  goodSince: undefined,
  offers: [],
};
