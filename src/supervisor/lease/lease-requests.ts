import { problemText } from "../../kubernetes/answer-text.ts";
import type { ApiAnswer, ApiClient } from "../../kubernetes/api-client.ts";
import type { LeaseAnswer, LeaseMove, LeaseRecord } from "../core/lease/contend.ts";
import type { WallTime } from "../core/state/time.ts";
import { freeLease, leaseRecord, newLease, takenLease } from "./lease-object.ts";

/** The lease, and who asks for it. */
export interface LeaseTarget {
  readonly namespace: string;
  readonly name: string;
  readonly me: string;
  readonly durationMs: number;
}

/** The requests for one lease. */
export interface LeaseRequests {
  readonly ask: (move: Exclude<LeaseMove, { do: "wait" }>) => Promise<LeaseAnswer>;
  readonly giveBack: (lease: LeaseRecord) => Promise<void>;
}

const mergeType = "application/merge-patch+json";

/** Makes them for a client. */
export function leaseRequests(
  client: ApiClient,
  { namespace, name, me, durationMs }: LeaseTarget,
  wall: () => WallTime,
): LeaseRequests {
  const leases = `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`;
  const path = `${leases}/${name}`;
  const writer = () => ({ me, durationMs, wall: wall() });
  // Of what others have written beside it nothing is lost.
  const patch = (body: unknown) =>
    client.request({ method: "PATCH", path, body, contentType: mergeType });
  return {
    ask: async (move) => {
      switch (move.do) {
        case "look":
          return answerOf(await client.request({ method: "GET", path }), true);
        case "create": {
          const body = newLease(name, writer());
          return answerOf(await client.request({ method: "POST", path: leases, body }), false);
        }
        case "take":
          return answerOf(await patch(takenLease(move.lease, move.anew, writer())), true);
      }
    },
    giveBack: async (lease) => {
      await patch(freeLease(lease, wall()));
    },
  };
}

/** `mayBeMissing`: where it is made, only its namespace can be. */
function answerOf(answer: ApiAnswer, mayBeMissing: boolean): LeaseAnswer {
  if (answer.is === "done") {
    const lease = leaseRecord(answer.text);
    if (lease === undefined) return { is: "failed", why: "what answers is not Kubernetes" };
    return { is: "lease", lease };
  }
  if (answer.is === "refused") {
    const { code, reason } = answer.problem;
    if (code === 404 && reason === "NotFound" && mayBeMissing) return { is: "missing" };
    if (code === 409) return { is: "conflict" };
  }
  return { is: "failed", why: problemText(answer) };
}
