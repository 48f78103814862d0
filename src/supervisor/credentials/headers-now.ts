import type { Attempt } from "../../opamp-client/transport/client-options.ts";
import { systemClock } from "../inputs/clocks.ts";
import type { Logger } from "../log/log.ts";
import type { ServerSettings } from "../settings/settings.ts";
import type { Moment } from "./access-token.ts";

/** The headers of one connection, asked for before each. */
type HeadersNow = (attempt: Attempt) => Promise<ReadonlyMap<string, readonly string[]>>;

/**
 * Asks for the headers of each connection where they can change while the program runs; undefined where those in the
 * settings are all.
 */
export function headersNow(
  server: ServerSettings,
  environment: ReadonlyMap<string, string>,
  log: Logger,
): HeadersNow | undefined {
  const { headerFiles, headerCommands, authExtension } = server;
  if (headerFiles.size + headerCommands.size === 0 && authExtension === undefined) return undefined;
  const now = (): Moment => ({ at: systemClock.now(), date: systemClock.wall() });
  const warn = (reason: string): void => {
    log.warn({ reason }, "no newer token can be had: the old one is used as long as it is good");
  };
  let credentials: Promise<HeadersNow> | undefined;
  return async (attempt) => {
    // Loaded only when it is asked for, so that it does not delay the first message of those who do not need it.
    credentials ??= import("./credentials.ts").then(({ createCredentials }) =>
      createCredentials(server, { environment, now, warn }),
    );
    return await (
      await credentials
    )(attempt);
  };
}
