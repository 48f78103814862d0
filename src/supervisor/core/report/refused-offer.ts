import type { RemoteConfig } from "../../../agent-config/config.ts";
import type { State } from "../state/state.ts";

/** An offer that has failed just now, as it is kept for a person to look at; undefined where none has. */
export function refusedOffer(
  { config: { verdict: was } }: State,
  { config: { verdict, failed } }: State,
): { readonly remote: RemoteConfig; readonly why: string } | undefined {
  if (verdict === was || verdict.is !== "failed" || failed === undefined) return undefined;
  return { remote: failed, why: verdict.why };
}
