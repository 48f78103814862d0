import { noConnections } from "../../../agent-config/connections.ts";
import type { OfferStatus } from "../state/offers.ts";
import type { State } from "../state/state.ts";

/** The agent's configuration does not work with the connections that are being tried: back to those before. */
export function connectionsFailed(state: State, why: string): State {
  const { connections: offers } = state;
  // A newer offer that waits holds these too, and is tried next.
  const blamed = offers.wanted === undefined ? [`the agent's configuration: ${why}`] : [];
  const problems = [...offers.problems, ...blamed];
  return asBefore({ ...state, connections: { ...offers, problems, trying: undefined } });
}

/** Connections that had been applied turned out not to work later; the target is the one before them. */
export function connectionsTakenBack(state: State, why: string): State {
  const { status, last } = state.connections;
  const failed: OfferStatus = {
    is: "failed",
    hash: last?.hash ?? "",
    why: `it was applied, but ${why}`,
  };
  const offers = { ...state.connections, status: status.is === "unset" ? status : failed };
  return asBefore({ ...state, connections: offers });
}

function asBefore(state: State): State {
  return {
    ...state,
    connections: {
      ...state.connections,
      accepted: state.config.target?.connections ?? noConnections,
    },
  };
}
