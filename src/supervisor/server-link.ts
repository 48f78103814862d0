import { type Client, type ClientEvent, createClient } from "../opamp-client/client.ts";
import type { Fact } from "./core/event.ts";
import { interpret } from "./core/interpret.ts";
import { createDial } from "./dial.ts";
import { redact } from "./core/redact.ts";
import type { Logger } from "./log.ts";
import type { ServerSettings } from "./settings.ts";

/** A client for the server of the settings; what it hears becomes facts for the loop, or a line in the log. */
export function connectToServer(
  { endpoint: first, fallbackEndpoints, headers, tls, proxy, compression: packing }: ServerSettings,
  capabilities: bigint,
  log: Logger,
  post: (fact: Fact) => void,
  environment: ReadonlyMap<string, string>,
): Client {
  if (tls.skipVerify) log.warn("the server's certificate is not verified (insecure_skip_verify)");
  const endpoint = [first, ...fallbackEndpoints];
  const dial = createDial({ tls, proxy }, environment, log);
  const compression = packing === "gzip";
  return createClient({ endpoint, headers, tls, compression, dial }, (event) => {
    hear(event, log);
    if (event.on === "custom-message-settled") post({ on: "message-settled" });
    if (event.on === "link-changed" && event.link.at === "accepted") post({ on: "server-reached" });
    if (event.on !== "message-received") return;
    for (const fact of interpret(event.message, capabilities)) post(fact);
  });
}

function hear(event: ClientEvent, log: Logger): void {
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
