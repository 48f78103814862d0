import { targetOf, wayTo } from "../net/proxy.ts";
import type { Attempt, Dial } from "../opamp-client/client-options.ts";
import type { Logger } from "./log.ts";
import type { ServerSettings } from "./settings.ts";
import { createTlsFiles } from "./tls-files.ts";

/**
 * Answers before each connection with what can have changed since the one before: the certificates in their files, and
 * the proxy for the address. Rejects where no proxy can be used but one should be.
 */
export function createDial(
  { tls, proxy }: Pick<ServerSettings, "tls" | "proxy">,
  environment: ReadonlyMap<string, string>,
  log: Logger,
): (attempt: Attempt) => Promise<Dial> {
  const readTls = createTlsFiles(tls, log);
  return async ({ endpoint }) => {
    const way = wayTo(endpoint, proxy, environment);
    if (way.is === "unusable") throw new Error(`no way to the server: ${way.why}`);
    const through = way.is === "proxied" ? way.proxy : undefined;
    const encrypted = targetOf(endpoint).secure || through !== undefined;
    return { ...(encrypted && { tls: await readTls() }), ...(through && { proxy: through }) };
  };
}
