import { versionOfBinary } from "./binary.ts";
import type { CoreSettings } from "../state/core-settings.ts";
import type { Generation } from "../state/generation.ts";
import type { Instant } from "../state/time.ts";
import type { RemoteConfig } from "../../../agent-config/config.ts";
import { type State, withConfig } from "../state/state.ts";
import type { Failure } from "../state/trials.ts";

/** How many failed offers are remembered. */
const maxFailures = 20;

/**
 * True when it is time to try an offer again that failed at run time: that may have been nobody's fault (a port taken,
 * a full disk).
 */
export function mayBeTriedAgain(
  { config: { verdict, failures } }: State,
  remote: RemoteConfig,
  at: Instant,
): boolean {
  if (verdict.is !== "failed" || verdict.hash !== remote.hash) return false;
  const failure = failures.find((known) => known.digest === remote.digest);
  return failure !== undefined && at >= failure.until;
}

/** So often the supervisor may end while it reads an offer before it reads it no more. */
const deadlyTimes = 2;

/** What is said of such an offer. */
export const deadlyText: string = `the supervisor ended ${deadlyTimes} times while it read this offer, so it is not read again (opampsupervisor retry reads it)`;

/** True of an offer in whose reading the supervisor has ended too often. */
export function isDeadly({ config: { deadly } }: State, digest: string): boolean {
  return deadly?.digest === digest && deadly.times >= deadlyTimes;
}

/**
 * An earlier failure of the same offer with the same binary. The local configuration is the last resort: it is always
 * tried again.
 */
export function failureOf(
  { config: { failures } }: State,
  { config, remote, binary }: Pick<Generation, "config" | "remote" | "binary">,
  at: Instant,
): Failure | undefined {
  return failures.find(
    (known) =>
      known.configHash === config.hash &&
      known.digest === remote?.digest &&
      known.binary === versionOfBinary(binary) &&
      at < known.until,
  );
}

/** Keeps in mind that this configuration failed; local ones are not kept: they are the last resort. */
export function remember(
  state: State,
  { config, remote, binary }: Generation,
  why: string,
  until: Instant,
  byPolicy = false,
): State {
  if (remote === undefined) return state;
  const { digest, hash } = remote;
  const others = state.config.failures.filter((known) => known.digest !== digest);
  const times = timesFailed(state, remote) + 1;
  const of = { configHash: config.hash, digest, binary: versionOfBinary(binary) };
  const failure: Failure = { ...of, hash, why, until, times, byPolicy };
  return withConfig(state, { failures: [...others, failure].slice(-maxFailures) });
}

function timesFailed({ config: { failures } }: State, remote: RemoteConfig | undefined): number {
  return failures.find((known) => known.digest === remote?.digest)?.times ?? 0;
}

/** Until when an offer that failed is quarantined: ten minutes at first, then twice as long each time. */
export function quarantinedUntil(
  state: State,
  remote: RemoteConfig | undefined,
  at: Instant,
  { quarantineMs, maxQuarantineMs }: CoreSettings,
): Instant {
  const doubled = quarantineMs * 2 ** Math.min(timesFailed(state, remote), 20);
  return at + Math.min(maxQuarantineMs, doubled);
}
