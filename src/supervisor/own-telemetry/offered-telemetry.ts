import { type TlsOptions, defaultTls } from "../../opamp-client/transport/client-options.ts";
import type { OfferedDestination } from "../../telemetry/destination.ts";
import type { Signal, Connection } from "../../agent-config/connections.ts";
import type { State } from "../core/state/state.ts";
import { listed } from "../server/server-target.ts";

const signals: readonly Signal[] = ["metrics", "logs", "traces"];

/** Has our own telemetry sent where the agent's goes, as soon as that has proved itself. */
export function createOfferedTelemetry(
  setOffered: (signal: Signal, destination: OfferedDestination | undefined) => void,
): (state: State) => void {
  const told = new Map<Signal, Connection | undefined>();
  return ({ config: { good } }) => {
    for (const signal of signals) {
      const wanted = good?.connections.telemetry[signal];
      if (told.get(signal) === wanted) continue;
      told.set(signal, wanted);
      setOffered(signal, wanted === undefined ? undefined : destinationOf(wanted));
    }
  };
}

function destinationOf({ endpoint, headers, certificate, tls }: Connection): OfferedDestination {
  const ours: TlsOptions = {
    ...defaultTls,
    ...(tls === undefined || tls.ca === "" ? {} : { ca: tls.ca, includeSystemCa: false }),
    ...(certificate === undefined ? {} : { cert: certificate.cert, key: certificate.key }),
  };
  return { url: endpoint, headers: listed(headers), tls: ours };
}
