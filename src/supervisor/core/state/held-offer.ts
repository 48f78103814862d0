import type { RemoteConfig } from "../../../agent-config/config.ts";
import type { Instant } from "./time.ts";

/** The newest offer, which waits until it may be read; the server has not been told of it yet. */
export interface HeldOffer {
  readonly remote: RemoteConfig;
  /** How many offers it has taken the place of, none of which was read. */
  readonly superseded: number;
}

/** How far offers have run ahead of their pace. Each is a moment, and one that is past means: not at all. */
export interface OfferPace {
  /** By what was read. */
  readonly read: Instant;
  /** By what was read though it came before the offer before it had its verdict. */
  readonly hasty: Instant;
  /** By what changed the agent. */
  readonly changes: Instant;
  /** An offer came too early since the last one was read, whatever became of it. */
  readonly crowded: boolean;
}

/** Before anything was offered. */
export const freshPace: OfferPace = { read: 0, hasty: 0, changes: 0, crowded: false };

/** The binary looks at a configuration: at one at a time. */
export interface Validating {
  /** Number of the candidate that it was asked about. */
  readonly number: number;
  readonly since: Instant;
}
