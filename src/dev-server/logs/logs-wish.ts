import { AgentCapability } from "../../opamp-client/wire/messages.ts";
import type { ConnectionSettings } from "../connections/connection-settings.ts";
import { viewConnections } from "../fleet/view-connections.ts";
import { has, type KnownAgent } from "../fleet/known-agent.ts";
import type { AgentLogs } from "../shapes/log-shapes.ts";

/** Says whose a request is: OpAMP's own header for it. A supervisor's own lines have an instance id of its own. */
export const uidHeader = "OpAMP-Instance-UID";

/** How agents reach the place for their lines. */
export interface LogsPlace {
  readonly url: string;
  /** The Authorization header that every agent sends; undefined: none is wanted. */
  readonly authorization: string | undefined;
  /** The certificate of the place, PEM; undefined where it has none. */
  readonly certificate: string | undefined;
}

/** Settings by which an agent sends its log lines to this server; undefined place: nowhere any more. */
export function logsWish(uid: string, place: LogsPlace | undefined): ConnectionSettings {
  if (place === undefined) return { ownLogs: {} };
  const { url, authorization, certificate } = place;
  const headers = [
    { key: uidHeader, value: uid },
    ...(authorization === undefined ? [] : [{ key: "Authorization", value: authorization }]),
  ];
  return {
    ownLogs: {
      destinationEndpoint: url,
      headers: { headers },
      ...(certificate === undefined ? {} : { tls: { caPemContents: certificate } }),
    },
  };
}

/** Where an agent was asked to send its lines, and what it has made of that. */
export function logsAsked(
  record: KnownAgent,
  { url }: LogsPlace,
): Pick<AgentLogs, "destination" | "offerState" | "errorMessage" | "why"> {
  const { settings } = record.settingsOffer ?? {};
  const { state = "waiting", errorMessage = "" } = viewConnections(record, noneRevoked).offer ?? {};
  return {
    destination: destinationOf(settings?.ownLogs?.destinationEndpoint, settings, url),
    offerState: state,
    errorMessage,
    why: has(record, AgentCapability.ReportsOwnLogs)
      ? undefined
      : "The agent does not report logs of its own (capability ReportsOwnLogs).",
  };
}

const noneRevoked: ReadonlySet<string> = new Set();

function destinationOf(
  endpoint: string | undefined,
  settings: ConnectionSettings | undefined,
  url: string,
): AgentLogs["destination"] {
  if (settings?.ownLogs === undefined) return "unsaid";
  if ((endpoint ?? "") === "") return "nowhere";
  return endpoint === url ? "here" : "elsewhere";
}
