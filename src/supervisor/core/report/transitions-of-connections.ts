import type { Event } from "../state/event.ts";
import type { SettingsOffer } from "../state/offers.ts";
import type { State } from "../state/state.ts";
import type { Found } from "./transition.ts";

/** What has happened to offers of connections between two states. */
export function connectionsTransitions(
  before: State,
  after: State,
  event: Event,
): readonly Found[] {
  const { dropped } = after.extension;
  return [
    judged(before, after),
    byEvent(before, after, event),
    dropped === before.extension.dropped ? undefined : { is: "messages-dropped", dropped },
  ];
}

function byEvent({ connections: was }: State, { connections: now }: State, event: Event): Found {
  switch (event.on) {
    case "settings-offered":
      return was.last === now.last ? undefined : offered(event.offer);
    case "step-begun": {
      if (event.step.do === "read-connections") return offered(event.step.offer);
      if (event.step.do !== "use-server") return undefined;
      const endpoint = withoutSecrets(now.server?.endpoint ?? now.writtenEndpoint);
      return { is: "server-changed", endpoint, offeredByServer: now.server !== undefined };
    }
    case "certificate-request-made":
      return was.request === now.request ? undefined : { is: "certificate-asked" };
    case "server-complained": {
      const refused = was.request.at === "waiting" && now.request.at === "none";
      return refused ? { is: "certificate-refused", reason: event.why } : undefined;
    }
    default:
      return undefined;
  }
}

function offered({ hash, opamp, telemetry, others }: SettingsOffer): Found {
  const parts = [
    ...(opamp === undefined ? [] : ["opamp"]),
    ...Object.keys(telemetry).map((signal) => `own_${signal}`),
    ...others.map(([name]) => `other_connections.${name}`),
  ];
  return { is: "connections-offered", hash, parts };
}

function judged({ connections: was }: State, { connections: { status: now } }: State): Found {
  if (now === was.status) return undefined;
  if (now.is === "applied") return { is: "connections-applied", hash: now.hash };
  if (now.is !== "failed") return undefined;
  return { is: "connections-failed", hash: now.hash, reason: now.why };
}

// A name and password may stand in front of the host, a token in the query.
function withoutSecrets(address: string): string {
  return address.replace(/^([a-z]+:\/\/)(?:[^@/]*@)?([^?]*).*$/i, "$1$2");
}
