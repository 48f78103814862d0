import { type Contender, holderText } from "../core/lease/contend.ts";
import type { PageAnswer } from "../health-page/health-answers.ts";

/**
 * What a probe is told of a supervisor that stands by. It is ready for what it is there for: a rollout of the supervisor's
 * own Deployment waits for that, and ends the leader only then. One that cannot see the lease is not: it would never lead.
 */
export function standByAnswer(path: string, contender: Contender): PageAnswer | undefined {
  switch (path) {
    case "/livez":
      return { status: 200, text: "the supervisor runs" };
    case "/health":
    case "/readyz":
      return readiness(contender);
    default:
      return undefined;
  }
}

/** The same in one line. */
export function standByText(contender: Contender): string {
  return readiness(contender).text;
}

function readiness({ seen, trouble }: Contender): PageAnswer {
  if (trouble !== undefined) {
    return { status: 503, text: `the supervisor stands by, and cannot see the lease: ${trouble}` };
  }
  if (typeof seen !== "object") {
    return { status: 503, text: "the supervisor has not seen the lease yet" };
  }
  return {
    status: 200,
    text: `the supervisor stands by: the lease is held by ${holderText(seen.lease)}`,
  };
}
