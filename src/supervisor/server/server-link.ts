import type { Attempt, AttemptOptions } from "../../opamp-client/transport/client-options.ts";
import { type ClientEvent, type Client, createClient } from "../../opamp-client/client.ts";
import type { AuthExtension } from "../settings/auth-settings.ts";
import type { ServerSettingsInForce } from "../core/state/offers.ts";
import { createAttemptOptions } from "./attempt.ts";
import { redact } from "../../redact.ts";
import { headersNow } from "../credentials/headers-now.ts";
import type { Logger } from "../log/log.ts";
import { endpointsOf, attemptWith } from "./server-target.ts";
import type { ServerSettings } from "../settings/settings.ts";

/** Where credentials are looked for, and where it is said what is wrong with them. */
interface Surroundings {
  readonly environment: ReadonlyMap<string, string>;
  readonly log: Logger;
}

/** A client for the server that supervisor.yaml names, or that was offered in its place. */
export function connectToServer(
  written: ServerSettings,
  offered: ServerSettingsInForce | undefined,
  { environment, log }: Surroundings,
  post: (event: ClientEvent) => void,
): Client {
  const endpoint = endpointsOf(written, offered);
  const newest = headersNow(written, environment, log);
  const way = createAttemptOptions(written, environment, log);
  const { tls, authExtension } = written;
  const ownHeader = authExtension === undefined ? undefined : headerOf(authExtension);
  const dial = async (attempt: Attempt): Promise<AttemptOptions> => {
    const headers = (await newest?.(attempt)) ?? written.headers;
    const asWritten = { headers, tls, proxy: undefined, ...(await way(attempt)) };
    return attemptWith(asWritten, offered, attempt, ownHeader);
  };
  const seconds = offered?.heartbeatSeconds;
  const interval = seconds === undefined ? {} : { heartbeatIntervalMs: seconds * 1000 };
  const compression = written.compression === "gzip";
  return createClient({ endpoint, dial, compression, patienceMs, ...interval }, post);
}

/** Who the agent is comes from its extension moments before its first health: one message for both. */
const patienceMs = 500;

function headerOf(extension: AuthExtension): string {
  return extension.type === "bearertokenauth" ? extension.header : "Authorization";
}

/** What the log says of an event of the client's. */
export function logEvent(event: ClientEvent, log: Logger): void {
  switch (event.on) {
    case "link-changed":
      return logLink(event, log);
    case "custom-message-settled":
      return;
    case "message-discarded":
      return log.warn({ reason: redact(event.reason) }, "message discarded");
    case "message-received": {
      const { errorResponse } = event.message;
      if (errorResponse === undefined) return;
      const { type, errorMessage } = errorResponse;
      log.error(
        { type, reason: redact((errorMessage ?? "").slice(0, 1_000)) },
        "server answered with an error",
      );
    }
  }
}

function logLink(event: Extract<ClientEvent, { on: "link-changed" }>, log: Logger): void {
  const { link } = event;
  switch (link.at) {
    case "accepted":
      return log.info({ endpoint: link.endpoint }, "connected");
    case "waiting":
      return log.warn(
        {
          endpoint: link.endpoint,
          reason: redact(link.reason),
          retryInMs: Math.max(0, link.retryAt - Date.now()),
        },
        "not connected",
      );
    case "connecting":
    case "open":
    case "closed":
      return log.debug({ link: link.at, endpoint: link.endpoint }, "link changed");
  }
}
