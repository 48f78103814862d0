import type { Dial } from "../opamp-client/client-options.ts";
import { type Client, type ClientEvent, createClient } from "../opamp-client/client.ts";
import type { ServerSettingsInForce } from "./core/offers.ts";
import { redact } from "./core/redact.ts";
import type { Logger } from "./log.ts";
import { dialWith, endpointsOf } from "./server-target.ts";
import type { ServerSettings } from "./settings.ts";

/** A client for the server that supervisor.yaml names, or that was offered in its place. */
export function connectToServer(
  written: ServerSettings,
  offered: ServerSettingsInForce | undefined,
  post: (event: ClientEvent) => void,
): Client {
  const endpoint = endpointsOf(written, offered);
  const { headers, tls } = written;
  const asWritten: Required<Dial> = { headers, tls, proxy: undefined };
  return createClient(
    {
      endpoint,
      dial: (attempt) => Promise.resolve(dialWith(asWritten, offered, attempt)),
      ...(offered?.heartbeatSeconds === undefined
        ? {}
        : { heartbeatIntervalMs: offered.heartbeatSeconds * 1000 }),
    },
    post,
  );
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
      log.error({ type, reason: redact(errorMessage ?? "") }, "server answered with an error");
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
          retryInMs: link.retryAt - Date.now(),
        },
        "not connected",
      );
    case "connecting":
    case "open":
    case "closed":
      return log.debug({ link: link.at, endpoint: link.endpoint }, "link changed");
  }
}
