import type { Instant } from "../state/time.ts";
import type { LeaseTerms } from "./lease-terms.ts";

/** A lease as the API shows it. */
export interface LeaseRecord {
  /** Of the object, which a write names: it fails where somebody else has written since. */
  readonly version: string;
  /** Empty: nobody. */
  readonly holder: string;
  /** All that its holder writes. What it says of the time is compared with itself only: it is from another machine's clock. */
  readonly mark: string;
  /** Undefined where it says nothing that can be meant. */
  readonly durationMs: number | undefined;
  readonly transitions: number;
  /** What its holder wrote when it began to hold it, and leaves as it is. */
  readonly tenure: string;
}

/** A lease that was seen, and since when it has not changed, by our clock. */
export interface SeenLease {
  readonly lease: LeaseRecord;
  readonly since: Instant;
}

/** What becomes of one who wants the lease; nothing follows upon `lost`. */
export type LeaseRole =
  | { readonly is: "waiting" }
  /** `from`: when the request was sent that got or renewed it last. */
  | { readonly is: "leading"; readonly from: Instant; readonly tenure: string }
  | { readonly is: "lost"; readonly why: string };

/** One who wants a lease, or has it. */
export interface Contender {
  readonly me: string;
  readonly terms: LeaseTerms;
  readonly role: LeaseRole;
  /** `missing`: there is no such object yet. */
  readonly seen: SeenLease | "missing" | undefined;
  /** No request before this. */
  readonly next: Instant;
  /** Whoever writes has to look first. */
  readonly stale: boolean;
  /** Why the last request came to nothing. */
  readonly trouble: string | undefined;
}

/** The next thing to do. */
export type LeaseMove =
  | { readonly do: "wait"; readonly until: Instant }
  | { readonly do: "look" }
  | { readonly do: "create" }
  /** `anew`: not by who leads and renews it. */
  | { readonly do: "take"; readonly lease: LeaseRecord; readonly anew: boolean };

/** What came of a request. */
export type LeaseAnswer =
  /** It is like this now: as it was found, or as we have written it. */
  | { readonly is: "lease"; readonly lease: LeaseRecord }
  | { readonly is: "missing" }
  /** Somebody else has written in between. */
  | { readonly is: "conflict" }
  | { readonly is: "failed"; readonly why: string };

/** One who has just begun. */
export function newContender(me: string, terms: LeaseTerms, at: Instant): Contender {
  const role = { is: "waiting" } as const;
  return { me, terms, role, seen: undefined, next: at, stale: true, trouble: undefined };
}

/** What is to be done now. */
export function nextMove(contender: Contender, at: Instant): LeaseMove {
  const { seen, next, stale, role } = contender;
  if (at < next) return { do: "wait", until: next };
  if (stale || seen === undefined) return { do: "look" };
  if (seen === "missing") return { do: "create" };
  if (!isFree(contender, seen, at)) return { do: "look" };
  return { do: "take", lease: seen.lease, anew: role.is !== "leading" };
}

/** What is known after a request that was sent then, and answered now. */
export function afterMove(
  contender: Contender,
  move: Exclude<LeaseMove, { do: "wait" }>,
  answer: LeaseAnswer,
  sent: Instant,
  at: Instant,
): Contender {
  const { terms, role } = contender;
  if (role.is === "lost") return contender;
  const later = { ...contender, next: at + terms.beatMs };
  switch (answer.is) {
    case "failed":
      // Its holder has not much time: whoever waits has.
      if (role.is === "leading") return { ...later, next: at + terms.retryMs, trouble: answer.why };
      return { ...later, trouble: answer.why };
    case "missing":
      return { ...contender, seen: "missing", stale: false, next: at, trouble: undefined };
    case "conflict":
      // Whose it is by now is what a holder has to know soon.
      return {
        ...later,
        stale: true,
        next: role.is === "leading" ? at + terms.retryMs : later.next,
      };
    case "lease":
      return move.do === "look"
        ? afterLook(later, answer.lease, at)
        : {
            ...later,
            role: { is: "leading", from: sent, tenure: answer.lease.tenure },
            ...{ seen: { lease: answer.lease, since: at }, stale: false, trouble: undefined },
          };
  }
}

function afterLook(later: Contender, lease: LeaseRecord, at: Instant): Contender {
  const { me, role, seen: before } = later;
  const same = typeof before === "object" && before.lease.mark === lease.mark;
  const seen = { lease, since: same ? before.since : at };
  const known = { ...later, seen, stale: false, trouble: undefined };
  if (role.is === "leading" && (lease.holder !== me || lease.tenure !== role.tenure)) {
    const other = lease.holder === me ? `another process by the name ${me}` : holderText(lease);
    return { ...known, role: { is: "lost", why: `it is now held by ${other}` } };
  }
  if (isFree(known, seen, at)) return { ...known, next: at };
  return { ...known, next: Math.min(known.next, endOf(known, seen)) };
}

/** What time alone changes: a lease that could not be renewed for too long is lost. */
export function afterTime(contender: Contender, at: Instant): Contender {
  const { role, terms, trouble } = contender;
  if (role.is !== "leading" || at - role.from < terms.giveUpMs) return contender;
  const why = trouble ?? "Kubernetes did not answer, or this process stood still";
  const seconds = Math.round((at - role.from) / 1_000);
  return {
    ...contender,
    role: { is: "lost", why: `it could not be renewed for ${seconds} s: ${why}` },
  };
}

/** The name of who holds a lease, for a person. */
export function holderText({ holder }: LeaseRecord): string {
  return holder === "" ? "nobody" : holder;
}

function isFree(contender: Contender, seen: SeenLease, at: Instant): boolean {
  const { holder } = seen.lease;
  return holder === "" || holder === contender.me || at >= endOf(contender, seen);
}

/** When it ends, unless its holder renews it: by how long we have seen it unchanged, whatever its dates say. */
function endOf({ terms }: Contender, { lease, since }: SeenLease): Instant {
  return since + (lease.durationMs ?? terms.durationMs);
}
