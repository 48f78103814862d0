import type { Hash } from "../../../agent-config/config.ts";
import type { Exit } from "./agent.ts";
import type { Instant } from "./time.ts";

/** An offer that failed, so that the same one is answered without being tried again. */
export interface Failure {
  /** The hash of the offer; opaque. */
  readonly hash: string;
  readonly digest: string;
  readonly configHash: Hash;
  /** Which version of the binary it was tried with, or that refused it; empty for the one of supervisor.yaml. */
  readonly binary: string;
  readonly why: string;
  /** The moment before which the same offer is not tried again; Infinity where the binary or a rule refused it. */
  readonly until: Instant;
  /** How often it has failed at run time. */
  readonly times: number;
  /** True where the operator's own policy refused it. */
  readonly byPolicy: boolean;
}

/** The time after a verdict in which an agent that ends or falls ill still costs the configuration its place. */
export interface Probation {
  /** The generation that is watched. */
  readonly generation: number;
  readonly until: Instant;
  /** A start in this time that takes longer to become healthy has failed. */
  readonly startTimeoutMs: number;
}

/** The crashes of a generation in a row that may be its fault. */
export interface Faults {
  readonly generation: number;
  readonly count: number;
}

/** Before any crash, and after a person has forgiven all. */
export const noFaults: Faults = { generation: 0, count: 0 };

/** The last exits that were not asked for. */
export interface Crashes {
  /** Crashes in a row, since the agent last stayed up for long. */
  readonly count: number;
  readonly faults: Faults;
  /** No start before this. */
  readonly notBefore: Instant;
  readonly last: Exit | undefined;
  /** How often the agent did not end in its time when it was told to, and was killed. */
  readonly forcedKills: number;
}

/** A command line, or an environment, that the agent was given by settings that were read again. */
export interface CommandLineTrial {
  /** Until then the agent has to be healthy; once it is, an end before this moment still counts. */
  readonly until: Instant;
  readonly crashes: number;
  readonly isProved: boolean;
  /** Why it has failed; undefined while it has not. */
  readonly why: string | undefined;
}

/** A generation that has been put into force and has not yet proved itself. */
export interface Trial {
  readonly generation: number;
  /** When the agent was spawned for it; undefined before. The clock of the trial starts here. */
  readonly startedAt: Instant | undefined;
  /** After so long without health it has failed. */
  readonly startTimeoutMs: number;
}

/** A generation that has lost its place to an earlier one. */
export interface Rollback {
  readonly from: number;
  /** The one that is in force again. */
  readonly generation: number;
  readonly why: string;
}

/** What the server is told about its remote configuration (becomes RemoteConfigStatus). */
export type Verdict =
  /** Nothing was offered, or an offer was interrupted before it had an effect. */
  | { readonly is: "unset" }
  /** An offer is being validated, written or tried; ends in applied or failed. */
  | { readonly is: "applying"; readonly hash: string; readonly note: string }
  /** The agent runs with it and was healthy on it. */
  | { readonly is: "applied"; readonly hash: string }
  /** It was refused or reverted; `why` is for the person who wrote it. */
  | { readonly is: "failed"; readonly hash: string; readonly why: string };

/** An offer in whose reading the supervisor has ended, so many times in a row. */
export interface DeadlyOffer {
  readonly digest: string;
  readonly times: number;
}
