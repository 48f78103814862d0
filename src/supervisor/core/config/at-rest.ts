import type { State } from "../state/state.ts";

/** True when nothing is on its way: what comes next then answers for itself alone. */
export function atRest({
  identity,
  config: { candidate, trial, waiting, writing },
  agent: { begun },
  desired,
  packages,
  connections,
}: State): boolean {
  const nothing = candidate === undefined && trial === undefined && waiting === undefined;
  const alone = packages.trying === undefined && connections.trying === undefined;
  return (
    nothing &&
    alone &&
    begun &&
    desired.run === "up" &&
    identity.binary !== undefined &&
    writing === undefined
  );
}
