import { wayTo, targetOf } from "../../net/proxy.ts";
import type { Attempt, AttemptOptions } from "../../opamp-client/transport/client-options.ts";
import type { Logger } from "../log/log.ts";
import type { ServerSettings, TlsSettings } from "../settings/settings.ts";
import { systemAuthorities } from "./system-authorities.ts";
import { createTlsFiles } from "./tls-files.ts";

/**
 * Answers before each connection with what can have changed since the one before: the certificates in their files, the
 * proxy for the address, and the authorities of this machine once they are missed. Rejects where a proxy should be used
 * and cannot be.
 */
export function createAttemptOptions(
  { tls, proxy }: Pick<ServerSettings, "tls" | "proxy">,
  environment: ReadonlyMap<string, string>,
  log: Logger,
): (attempt: Attempt) => Promise<AttemptOptions> {
  const readTls = createTlsFiles(tls, log);
  let system: string | undefined;
  return async ({ endpoint, untrusted = false }) => {
    const way = wayTo(endpoint, proxy, environment);
    if (way.is === "unusable") throw new Error(`no way to the server: ${way.why}`);
    const through = way.is === "proxied" ? way.proxy : undefined;
    const encrypted = targetOf(endpoint).secure || through !== undefined;
    // Not before they are missed: Node takes 30 ms to read them all, for each connection.
    if (untrusted && usesSystem(tls)) {
      const known = system;
      system = (await systemAuthorities(environment)) ?? known;
      if (known === undefined && system !== undefined) {
        log.info("the authorities that this machine trusts are used too from now on");
      }
    }
    return {
      ...(encrypted && { tls: withSystem(await readTls(), system) }),
      ...(through && { proxy: through }),
    };
  };
}

function withSystem(tls: TlsSettings, system: string | undefined): TlsSettings {
  if (system === undefined || !usesSystem(tls)) return tls;
  return { ...tls, ca: [tls.ca ?? "", system].join("\n"), includeSystemCa: true };
}

function usesSystem({ ca, includeSystemCa }: TlsSettings): boolean {
  return ca === undefined || includeSystemCa;
}
