import type { Policy } from "./policy.ts";
import type { Instant, State } from "./state.ts";
import type { Step } from "./step.ts";

/** The next step that an offer needs. */
export function offerStep({ offers, desired }: State): Step | undefined {
  const { candidate, server, connectedWith } = offers;
  if (desired.run === "down") return undefined;
  if (connectedWith !== server) return { do: "use-server", settings: server };
  if (candidate === undefined || candidate.proving) return undefined;
  return { do: "prove-server", settings: candidate.settings };
}

/** The moments at which time alone decides about an offer. */
export function offerDeadlines(
  { offers: { former } }: State,
  { offerLostMs }: Policy,
): readonly Instant[] {
  if (former === undefined) return [];
  return [former.lostSince === undefined ? former.until : former.lostSince + offerLostMs];
}
