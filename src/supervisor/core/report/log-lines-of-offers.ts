import type { Event } from "../state/event.ts";
import type { LogLine } from "./log-line.ts";
import type { State } from "../state/state.ts";

/** What offers of connections, and messages that are passed on, are worth in the log; never a value of theirs. */
export function logLinesOfOffers(before: State, after: State, event: Event): readonly LogLine[] {
  const lines = [offered, verdict, used, request, overflow].map((tell) =>
    tell(before, after, event),
  );
  return lines.filter((line) => line !== undefined);
}

type Tell = (before: State, after: State, event: Event) => LogLine | undefined;

const offered: Tell = (before, after, event) => {
  if (event.on !== "settings-offered" || before.connections.last === after.connections.last)
    return undefined;
  const { hash, opamp, telemetry, others } = event.offer;
  const parts = [
    ...(opamp === undefined ? [] : ["opamp"]),
    ...Object.keys(telemetry).map((signal) => `own_${signal}`),
    ...others.map(([name]) => `other_connections.${name}`),
  ];
  return { level: "info", message: "connection settings received", fields: { hash, parts } };
};

const verdict: Tell = (before, after) => {
  const { status } = after.connections;
  if (status === before.connections.status) return undefined;
  if (status.is === "applied")
    return { level: "info", message: "connection settings applied", fields: { hash: status.hash } };
  if (status.is !== "failed") return undefined;
  const fields = { hash: status.hash, reason: status.why };
  return { level: "error", message: "connection settings failed", fields };
};

const used: Tell = (_before, after, event) => {
  if (event.on !== "step-begun" || event.step.do !== "use-server") return undefined;
  const endpoint = after.connections.server?.endpoint ?? after.connections.writtenEndpoint;
  const offeredByServer = after.connections.server !== undefined;
  const fields = { endpoint: withoutSecrets(endpoint), offeredByServer };
  return { level: "info", message: "the server is connected to with other settings", fields };
};

const request: Tell = (before, after, event) => {
  if (event.on === "certificate-request-made") {
    if (before.connections.request === after.connections.request) return undefined;
    return { level: "info", message: "a client certificate is asked for", fields: {} };
  }
  const refused =
    before.connections.request.at === "waiting" && after.connections.request.at === "none";
  if (event.on !== "server-complained" || !refused) return undefined;
  const fields = { reason: event.why };
  return { level: "error", message: "the server refuses to sign a certificate", fields };
};

const overflow: Tell = (before, after) => {
  const { dropped } = after.extension;
  if (dropped === before.extension.dropped) return undefined;
  const message = "a custom message was dropped, because too many wait to be passed on";
  return { level: "warn", message, fields: { dropped } };
};

// A name and password may stand in front of the host, a token in the query.
function withoutSecrets(address: string): string {
  return address.replace(/^([a-z]+:\/\/)(?:[^@/]*@)?([^?]*).*$/i, "$1$2");
}
