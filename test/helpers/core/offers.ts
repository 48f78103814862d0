import type { Connection } from "../../../src/agent-config/connections.ts";
import type { OpampOffer, SettingsOffer } from "../../../src/supervisor/core/state/offers.ts";

const nothing: OpampOffer = {
  endpoint: "",
  headers: undefined,
  certificate: undefined,
  tls: undefined,
  proxy: undefined,
  heartbeatSeconds: 0,
};

/** Settings for the connection to the server; what is not named is not offered. */
export function opampOffer(changes: Partial<OpampOffer>): OpampOffer {
  return { ...nothing, ...changes };
}

/** A destination of own telemetry without anything but its address. */
export function connectionTo(endpoint: string): Connection {
  return { endpoint, headers: [], certificate: undefined, tls: undefined, proxy: undefined };
}

/** An offer under this word as its hash. */
export function settingsOffer(word: string, parts: Partial<SettingsOffer>): SettingsOffer {
  const hash = Buffer.from(word).toString("hex");
  return {
    hash,
    digest: JSON.stringify(parts),
    opamp: undefined,
    telemetry: {},
    others: [],
    ...parts,
  };
}
