import type { CoreSettings } from "../state/core-settings.ts";
import type { ProbeOutcome } from "../state/event.ts";
import type { Instant } from "../state/time.ts";

/**
 * An answer of the health check counts as healthy only when our run gave it: its process listens there, or what was
 * answered began after our start. Where neither can be seen it counts.
 */
export function believe(
  outcome: ProbeOutcome,
  startedAt: Instant,
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
  const fits = since === undefined ? who === undefined : since >= startedAt;
  if (listener?.is === "ours" || fits) return outcome;
  const other =
    since === undefined
      ? ""
      : ` (up since ${new Date(since).toISOString()}, before our agent was started)`;
  const key =
    probeOverride === undefined
      ? "extensions.health_check.endpoint"
      : "agent.health_check_endpoint and extensions.health_check.endpoint";
  return {
    is: "unhealthy",
    why: `another process answers at the health check's address${who === undefined ? "" : `, ${who}`}${other}: stop it, or write another address as ${key}`,
  };
}
