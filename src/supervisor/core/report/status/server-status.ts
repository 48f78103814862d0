import type { State } from "../../state/state.ts";
import { type StatusMoment, dateOrNull } from "./status-time.ts";

/** The connection to the server. */
export interface ServerStatus {
  /** Without user, password and query. */
  readonly endpoint: string;
  /** False where it is the one of supervisor.yaml. */
  readonly offeredByServer: boolean;
  readonly connected: boolean;
  /** Since when it is connected, or is not. */
  readonly since: string | null;
  readonly failure: string | null;
  /** Null while it is connected, and while an attempt is under way. */
  readonly nextTryAt: string | null;
}

/** How the connection to the server stands; `written` is the endpoint of supervisor.yaml. */
export function serverStatus(state: State, written: string, now: StatusMoment): ServerStatus {
  const { link, server } = state.connections;
  const { connected, since, why, endpoint, retryAt } = link;
  const ahead = retryAt !== undefined && retryAt > now.at ? retryAt : undefined;
  return {
    endpoint: endpoint ?? bareEndpoint(server?.endpoint ?? written),
    offeredByServer: server?.endpoint !== undefined,
    connected,
    since: dateOrNull(state.clock, since),
    failure: connected ? null : (why ?? null),
    nextTryAt: connected ? null : dateOrNull(state.clock, ahead),
  };
}

/** A name and a password may stand in front of the host, a token in the query. */
function bareEndpoint(text: string): string {
  if (!URL.canParse(text)) return "";
  const { protocol, host, pathname } = new URL(text);
  return `${protocol}//${host}${pathname}`;
}
