import type { OfferedConnectionView } from "../connections/settings-facts.ts";

/** Whom something is for. */
export type Target =
  | { readonly uids: readonly string[] }
  | { readonly group: string }
  | { readonly query: string }
  | { readonly all: true };

/** An agent of a target; `why`: it will get nothing just now. */
export interface Affected {
  readonly uid: string;
  readonly name: string;
  readonly hostName: string;
  readonly why: string | undefined;
}

/** What a rollout brings. */
export type RolloutWhat =
  | { readonly configuration: string; readonly version: number }
  | { readonly files: Readonly<Record<string, string>> }
  | { readonly package: { readonly name: string; readonly version: string } }
  /** The body of POST /api/agents/<uid>/connections (connections/connections-body.ts). */
  | { readonly connections: object };

/** The same as it is shown: of connections their facts, since a header may be secret. */
export type RolloutShown =
  | Exclude<RolloutWhat, { readonly connections: object }>
  | { readonly connections: readonly OfferedConnectionView[] };

/** What a rollout is to do. */
export interface RolloutBody {
  readonly what: RolloutWhat;
  readonly to: Target;
  /** Shares of the agents in percent, rising, the last one 100; default `[10, 50, 100]`, `[100]` is all at once. */
  readonly stages?: readonly number[];
  /** It stops by itself when more agents than this have failed; default 0. */
  readonly failuresAllowed?: number;
  /** How long all agents of a stage must have stayed well before the next one begins; default 30. */
  readonly settleSeconds?: number;
}

/** Who would get something; `what`: of what, by default a configuration. */
export interface PreviewBody {
  readonly to: Target;
  readonly what?: RolloutWhat;
}

/** Where an agent of a rollout stands. `overtaken`: something newer is wanted of it. */
export type RolloutAgentWord =
  "pending" | "sent" | "applying" | "applied" | "failed" | "away" | "overtaken";

/**
 * A rollout and how it goes.
 * - `running` until all agents have it, `stopped` by itself or by a person, `done`.
 */
export interface RolloutSummary {
  readonly id: string;
  /** What it brings, in words. */
  readonly title: string;
  /** The target in words. */
  readonly to: string;
  readonly stages: readonly number[];
  /** Which stage it is in, from 0. */
  readonly stage: number;
  readonly failuresAllowed: number;
  readonly settleSeconds: number;
  readonly state: "running" | "stopped" | "done";
  /** Why it stands where it stands. */
  readonly why: string;
  readonly startedAt: number;
  readonly endedAt: number | undefined;
  readonly counts: Readonly<Record<RolloutAgentWord, number>>;
}

/** A rollout with what it brings and all its agents, in the order of the stages. */
export interface Rollout extends RolloutSummary {
  readonly what: RolloutShown;
  readonly agents: readonly {
    readonly uid: string;
    /** Its host, or its own name where it names no host. */
    readonly name: string;
    readonly stage: number;
    readonly state: RolloutAgentWord;
    /** Why it has failed or was overtaken; of one that has applied it, what else is to be known. */
    readonly errorMessage: string;
  }[];
}
