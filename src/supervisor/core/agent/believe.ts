import type { Running } from "../state/agent.ts";
import type { CoreSettings } from "../state/core-settings.ts";
import type { ProbeOutcome } from "../state/event.ts";
import type { Instant, WallTime } from "../state/time.ts";
import { type WallClock, mayBeWithin, sameWallTime, wasSetSince } from "../state/wall-clock.ts";
import type { Listener } from "../state/who-answers.ts";

/** What is known of the run that is asked. */
type Asked = Pick<Running, "startedAt"> & { readonly upSince?: WallTime | undefined };

/**
 * An answer of the health check counts as healthy only when our run gave it: its process listens there, or what was
 * answered began after our start. Where neither can be seen it counts.
 */
export function believe(
  outcome: ProbeOutcome,
  asked: Asked,
  { at, clock }: { readonly at: Instant; readonly clock: WallClock },
  { kind, probeOverride }: Pick<CoreSettings, "kind" | "probeOverride">,
): ProbeOutcome {
  const { listener } = outcome;
  const who =
    listener?.is === "stranger" ? `process ${listener.pid} (${listener.name})` : undefined;
  if (outcome.is === "unhealthy") {
    return who === undefined ? outcome : { is: "unhealthy", why: `${outcome.why} (by ${who})` };
  }
  // The clock may have been set since somebody else started the agent: only of our own child's start is the time known.
  const since = kind.mayStart ? outcome.upSince : undefined;
  // What a script starts in a container is no child of ours, yet it is our run: its beginning speaks for it.
  const fits =
    since === undefined
      ? who === undefined
      : beganInRun(since, asked, clock) && !isOlder(listener, asked, at, clock);
  if (listener?.is === "ours" || fits) return outcome;
  const other =
    since === undefined
      ? ""
      : ` (up since ${new Date(since.unixMs).toISOString()}, before our agent was started)`;
  const key =
    probeOverride === undefined
      ? "extensions.health_check.endpoint"
      : "agent.health_check_endpoint and extensions.health_check.endpoint";
  return {
    is: "unhealthy",
    why: `another process answers at the health check's address${who === undefined ? "" : `, ${who}`}${other}: stop it, or write another address as ${key}`,
  };
}

/** What has been believed once does not become another process because the clock was set. */
function beganInRun(since: WallTime, { startedAt, upSince }: Asked, clock: WallClock): boolean {
  return (
    (upSince !== undefined && sameWallTime(since, upSince)) ||
    mayBeWithin(clock, since, startedAt, Infinity)
  );
}

/** The kernel counts from one moment to the next a little late or early. */
const roundingMs = 20;

/** True of a stranger that was there before our start, where no date can tell that because the clock was set. */
function isOlder(
  listener: Listener | undefined,
  { startedAt }: Asked,
  at: Instant,
  clock: WallClock,
): boolean {
  if (listener?.is !== "stranger" || listener.ageMs === undefined) return false;
  return wasSetSince(clock, startedAt) && at - listener.ageMs < startedAt - roundingMs;
}
