import type { ConnectionOptions } from "node:tls";
import { type ProxyChoice, targetOf } from "../../net/proxy.ts";
import { connectionOptions } from "../../opamp-client/transport/tls-options.ts";
import type { ServerSettings } from "../settings/settings.ts";

/** How files are fetched that a server offers. */
interface PackageWay {
  readonly environment: ReadonlyMap<string, string>;
  readonly proxy: ProxyChoice;
  /** Hosts that may be asked without encryption. */
  readonly plainHosts: readonly string[];
  readonly tlsFor: (host: string) => ConnectionOptions;
}

/**
 * Files come the way that the connection to the server takes: by the same proxy, and from the server's own host with the
 * same authorities and the same certificate of ours. Where the connection has no encryption its host needs none.
 */
export function packageWay(
  { endpoint, proxy, tls }: Pick<ServerSettings, "endpoint" | "proxy" | "tls">,
  environment: ReadonlyMap<string, string>,
): PackageWay {
  const { secure } = targetOf(endpoint);
  const host = new URL(endpoint).hostname;
  return {
    ...{ environment, proxy },
    plainHosts: secure ? [] : [host],
    tlsFor: (asked) => (asked === host ? connectionOptions(tls) : {}),
  };
}
