import type { Refusal } from "./transport/transport.ts";
import type { LinkPolicy } from "./transport/client-options.ts";

/**
 * The connection to the server, as a value.
 * - `closed`: nobody wants a connection. Ended by `started`.
 * - `connecting`: an attempt runs. Ended by `opened`, or by one of the failures.
 * - `open`: the connection is up and no answer has come yet. Ended by `accepted` or a failure.
 * - `accepted`: the server has answered without an error. Ended by a failure.
 * - `waiting`: nothing is tried until `retryAt`. Ended by `started`.
 *
 * `failures` counts attempts in a row that were not accepted, `flaps` accepted connections in a row that
 * did not last.
 */
export type Link =
  | ({ readonly at: "closed" } & Counts)
  | ({ readonly at: "connecting" } & Counts)
  | ({ readonly at: "open" } & Counts)
  | ({ readonly at: "accepted"; readonly since: number } & Counts)
  | ({ readonly at: "waiting"; readonly reason: string; readonly retryAt: number } & Counts);

interface Counts {
  readonly failures: number;
  readonly flaps: number;
}

/** What happened to the connection. `random` is in [0, 1) and spreads clients that failed together. */
export type LinkEvent =
  | { readonly on: "started" | "opened" | "stopped" }
  | { readonly on: "accepted"; readonly now: number }
  | ({ readonly on: "dropped" } & Failure)
  | ({ readonly on: "refused"; readonly refusal: Refusal } & Failure);

interface Failure {
  readonly reason: string;
  readonly now: number;
  readonly random: number;
}

/** The link before the client is started. */
export const closedLink: Link = { at: "closed", failures: 0, flaps: 0 };

/** The link after an event; the same object when the event means nothing to it. */
export function changeLink(link: Link, event: LinkEvent, policy: LinkPolicy): Link {
  const { failures, flaps } = link;
  switch (event.on) {
    case "stopped":
      return closedLink;
    case "started":
      return link.at === "closed" || link.at === "waiting"
        ? { at: "connecting", failures, flaps }
        : link;
    case "opened":
      return link.at === "connecting" ? { at: "open", failures, flaps } : link;
    case "accepted":
      return link.at === "connecting" || link.at === "open"
        ? { at: "accepted", since: event.now, failures: 0, flaps }
        : link;
    case "dropped":
    case "refused":
      return link.at === "closed" || link.at === "waiting" ? link : failed(link, event, policy);
  }
}

type Failed = Extract<LinkEvent, { on: "dropped" | "refused" }>;

function failed(link: Link, event: Failed, policy: LinkPolicy): Link {
  const counts = counted(link, event.now, policy);
  const { reason, now } = event;
  return { at: "waiting", reason, retryAt: now + delayMs(link, counts, event, policy), ...counts };
}

function counted(link: Link, now: number, policy: LinkPolicy): Counts {
  if (link.at !== "accepted") return { failures: link.failures + 1, flaps: link.flaps };
  const steady = now - link.since >= policy.steadyAfterMs;
  return { failures: 0, flaps: (steady ? 0 : link.flaps) + 1 };
}

function delayMs(link: Link, counts: Counts, event: Failed, policy: LinkPolicy): number {
  const tries = counts.failures + counts.flaps;
  // The first break of a good connection is tried again at once (specification.md#restoring-websocket-connection);
  // a server that accepts and drops again and again is not.
  if (event.on === "dropped") {
    const atOnce = link.at === "accepted" && counts.flaps === 1;
    return atOnce ? 0 : jittered(tries, event.random, policy.firstRetryDelayMs, policy);
  }
  const { retryAfterMs } = event.refusal;
  const first =
    retryAfterMs === undefined ? leastMs(event.refusal, counts, policy) : policy.firstRetryDelayMs;
  const asked = Math.min(retryAfterMs ?? first, policy.maxRetryAfterMs);
  // Never earlier than asked, and not all clients at the same moment.
  return asked + jittered(tries, event.random, first, policy);
}

function leastMs({ why }: Refusal, { failures }: Counts, policy: LinkPolicy): number {
  if (why === "overloaded") return policy.throttledDelayMs;
  if (why === "denied") return failures === 1 ? policy.firstDeniedDelayMs : policy.deniedDelayMs;
  return policy.firstRetryDelayMs;
}

/**
 * A random part of a time that grows with each try up to the maximum, never below the first. It grows by half only: of
 * those who double it one in twenty comes back fifteen seconds after an outage of ten, of these seven.
 */
function jittered(tries: number, random: number, firstMs: number, policy: LinkPolicy): number {
  const grown = firstMs * 1.5 ** Math.min(tries - 1, 50);
  return Math.round(random * Math.min(grown, Math.max(policy.maxRetryDelayMs, firstMs)));
}
