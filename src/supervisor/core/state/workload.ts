import type { Instant } from "./time.ts";

/** One pod of a fleet, as far as it matters for a verdict. */
export interface PodView {
  readonly name: string;
  /** What its template named as the configuration; undefined: none of ours. */
  readonly hash: string | undefined;
  readonly ready: boolean;
  /** Its collector has ended by itself, or cannot be started with what it was given. */
  readonly failed: boolean;
  /** What is wrong with it, in words; undefined: nothing. */
  readonly trouble: string | undefined;
  /** The collector's own last words, redacted, oldest first. */
  readonly lastLines: readonly string[];
}

/** What Kubernetes shows of a workload and its pods. */
export interface FleetView {
  /** Counts the changes of the workload (`metadata.generation`). */
  readonly revision: number;
  /** The controller has seen that revision: only then its counts are about it. */
  readonly observed: boolean;
  /** Hash of the configuration that the pod template names; undefined: none of ours. */
  readonly hash: string | undefined;
  /** How many pods there should be, are of the newest template, are there at all, and are available. */
  readonly wanted: number;
  readonly updated: number;
  readonly total: number;
  readonly available: number;
  /** How many may be missing while all is well (`maxUnavailable`). */
  readonly mayLack: number;
  /** Why Kubernetes has given the rollout up; undefined while it has not. */
  readonly stuck: string | undefined;
  /** Those in trouble first; a bounded number. */
  readonly pods: readonly PodView[];
}

/** What became of an order to roll something out. */
export type RolloutOrder =
  /** Kubernetes has it; its counts are about it from this revision on. */
  | { readonly is: "told"; readonly revision: number }
  /** It may not be done, or not as things are: `why` says what to do. */
  | { readonly is: "refused"; readonly why: string }
  /** Nobody was reached who could have done it. */
  | { readonly is: "unreached"; readonly why: string };

/** What is known of a fleet of collectors that Kubernetes runs. */
export interface FleetState {
  readonly view: FleetView | undefined;
  /** Since when a change is seen that a person would call one. */
  readonly changedAt: Instant;
  /** Set while Kubernetes cannot be asked; `told` once that has lasted. */
  readonly unseen:
    { readonly since: Instant; readonly why: string; readonly told: boolean } | undefined;
  /** The revision that our newest order led to; undefined while its outcome is awaited. */
  readonly revision: number | undefined;
  /** When the rollout last got on. */
  readonly progressAt: Instant;
  /** How many pods were missing before it began: no more than those may be missing at its end. */
  readonly lacked: number;
}
