import type { Lease } from "../../kubernetes/objects.ts";
import type { LeaseRecord } from "../core/lease/contend.ts";
import type { WallTime } from "../core/state/time.ts";

/** More than anybody may write here: a longer one is a slip, and nobody waits for ever because of it. */
const longestSeconds = 3_600;

/** What the API says of a lease; undefined where the text is no such object. */
export function leaseRecord(text: string): LeaseRecord | undefined {
  const { metadata, spec } = parsed(text) ?? {};
  const version = metadata?.resourceVersion;
  if (typeof version !== "string" || version === "") return undefined;
  const { holderIdentity, leaseDurationSeconds, renewTime, acquireTime, leaseTransitions } =
    spec ?? {};
  const seconds = leaseDurationSeconds ?? 0;
  return {
    version,
    holder: typeof holderIdentity === "string" ? holderIdentity : "",
    mark: JSON.stringify([holderIdentity, seconds, renewTime, acquireTime, leaseTransitions]),
    durationMs: seconds > 0 && seconds <= longestSeconds ? seconds * 1_000 : undefined,
    transitions: typeof leaseTransitions === "number" ? leaseTransitions : 0,
    tenure: JSON.stringify([acquireTime, leaseTransitions]),
  };
}

/** Who writes a lease, and when. */
interface LeaseWriter {
  readonly me: string;
  readonly durationMs: number;
  readonly wall: WallTime;
}

/** The lease as it is made where there is none. */
export function newLease(name: string, { me, durationMs, wall }: LeaseWriter): unknown {
  const at = microTime(wall);
  return {
    apiVersion: "coordination.k8s.io/v1",
    kind: "Lease",
    metadata: { name },
    spec: {
      ...{ holderIdentity: me, leaseDurationSeconds: wholeSeconds(durationMs) },
      ...{ acquireTime: at, renewTime: at, leaseTransitions: 0 },
    },
  };
}

/** What is changed of a lease that is taken or renewed; somebody who has written since makes it a conflict. */
export function takenLease(
  lease: LeaseRecord,
  anew: boolean,
  { me, durationMs, wall }: LeaseWriter,
): unknown {
  const at = microTime(wall);
  return {
    metadata: { resourceVersion: lease.version },
    spec: {
      ...{ holderIdentity: me, leaseDurationSeconds: wholeSeconds(durationMs), renewTime: at },
      ...(anew ? { acquireTime: at, leaseTransitions: lease.transitions + 1 } : {}),
    },
  };
}

/** What is changed of a lease that its holder gives back. */
export function freeLease(lease: LeaseRecord, wall: WallTime): unknown {
  return {
    metadata: { resourceVersion: lease.version },
    // A second is the least that the API takes.
    spec: { holderIdentity: "", leaseDurationSeconds: 1, renewTime: microTime(wall) },
  };
}

function wholeSeconds(durationMs: number): number {
  return Math.ceil(durationMs / 1_000);
}

/** The API takes no other number of digits. */
function microTime({ unixMs }: WallTime): string {
  return new Date(unixMs).toISOString().replace("Z", "000Z");
}

function parsed(text: string): Lease | undefined {
  try {
    return (JSON.parse(text) as Lease | null) ?? undefined;
  } catch {
    // Something between us and the API has answered.
    return undefined;
  }
}
