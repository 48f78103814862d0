import type { Generation } from "../../state/generation.ts";
import type { State } from "../../state/state.ts";
import { type StatusMoment, dateOrNull } from "./status-time.ts";

/** A generation as a person is told of it. */
export interface GenerationStatus {
  readonly generation: number;
  /** Of its text. */
  readonly hash: string;
  /** Of the remote configuration in it; null where there is none. */
  readonly remoteHash: string | null;
  /** Null where an earlier supervisor saw it. */
  readonly since: string | null;
  readonly parked: boolean;
}

/** What runs, and what is gone back to. */
export interface ConfigurationStatus {
  /** Null while no process runs. */
  readonly running: GenerationStatus | null;
  readonly good: GenerationStatus | null;
  /** One that has yet to prove itself. */
  readonly onTrial: number | null;
  /** Until when a second end still costs it its place. */
  readonly probationUntil: string | null;
  /** Why the local layers could not be joined, or the last change of them was not taken. */
  readonly problem: string | null;
  readonly warnings: readonly string[];
}

/** The configurations in force at this moment. */
export function configurationStatus(state: State, now: StatusMoment): ConfigurationStatus {
  const { clock, config, history } = state;
  const agent = state.agent.process;
  const runs = "startedAt" in agent ? agent.generation : undefined;
  const until = config.probation?.until;
  const told = (one: Generation | undefined, since: number | undefined): GenerationStatus | null =>
    one === undefined
      ? null
      : {
          generation: one.number,
          hash: one.config.hash,
          remoteHash: one.remote?.hash ?? null,
          since: dateOrNull(clock, since),
          parked: one.config.parked,
        };
  return {
    running: told(runs, history.runsSince),
    good: told(config.good, history.goodSince),
    onTrial: config.trial?.generation ?? null,
    probationUntil: until !== undefined && until > now.at ? dateOrNull(clock, until) : null,
    problem: config.problem ?? null,
    warnings: config.target?.config.warnings ?? [],
  };
}
