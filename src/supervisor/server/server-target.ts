import type {
  AttemptOptions,
  Attempt,
  TlsOptions,
} from "../../opamp-client/transport/client-options.ts";
import { type ProxyOptions, readProxy } from "../../net/proxy.ts";
import { readCipherSuites } from "../../net/tls-names.ts";
import type { OfferedTls, OfferedProxy } from "../../agent-config/connections.ts";
import type { ServerSettingsInForce } from "../core/state/offers.ts";
import { tlsVersion } from "../core/connections/merge-server.ts";
import type { ServerSettings } from "../settings/settings.ts";

/** Which endpoints are used: an offered one stands for all that are written. */
export function endpointsOf(
  { endpoint, fallbackEndpoints }: Pick<ServerSettings, "endpoint" | "fallbackEndpoints">,
  offered: ServerSettingsInForce | undefined,
): readonly string[] {
  return offered?.endpoint === undefined ? [endpoint, ...fallbackEndpoints] : [offered.endpoint];
}

/**
 * What one attempt is made with: what supervisor.yaml says and what was offered over it, but for the header of our
 * own auth extension. Throws where a name in the offer is none. Credentials that were offered
 * may have been revoked, so every second attempt after two that failed is made with those of supervisor.yaml.
 */
export function attemptWith(
  written: Required<AttemptOptions>,
  offered: ServerSettingsInForce | undefined,
  { failures }: Pick<Attempt, "failures">,
  ownHeader?: string,
): Required<AttemptOptions> {
  if (offered === undefined) return written;
  const bootstrap = failures >= 2 && failures % 2 === 0;
  const { headers, certificate, tls, proxy } = offered;
  const checked = tls === undefined ? written.tls : tlsWith(written.tls, tls);
  return {
    headers:
      headers === undefined || bootstrap
        ? written.headers
        : over(written.headers, headers, ownHeader),
    tls:
      certificate === undefined || bootstrap
        ? checked
        : { ...checked, cert: certificate.cert, key: certificate.key },
    proxy: proxy === undefined ? written.proxy : proxyOf(proxy),
  };
}

/** Names of headers know no letter case. The one that an extension of ours fills in stays ours. */
function over(
  written: ReadonlyMap<string, readonly string[]>,
  all: readonly (readonly [string, string])[],
  ownHeader: string | undefined,
): ReadonlyMap<string, readonly string[]> {
  const offered = all.filter(([name]) => name.toLowerCase() !== ownHeader?.toLowerCase());
  const names = new Set(offered.map(([name]) => name.toLowerCase()));
  const others = [...written].filter(([name]) => !names.has(name.toLowerCase()));
  return new Map([...others, ...listed(offered)]);
}

/** Pairs as headers; a name that comes twice has two values. */
export function listed(
  pairs: readonly (readonly [string, string])[],
): ReadonlyMap<string, readonly string[]> {
  const headers = new Map<string, readonly string[]>();
  for (const [name, value] of pairs) headers.set(name, [...(headers.get(name) ?? []), value]);
  return headers;
}

function tlsWith(written: TlsOptions, offered: OfferedTls): TlsOptions {
  const authority =
    offered.ca === "" ? {} : { ca: offered.ca, includeSystemCa: offered.includeSystemCa };
  return {
    ...written,
    ...authority,
    skipVerify: written.skipVerify || offered.skipVerify,
    minVersion: tlsVersion(offered.minVersion) ?? written.minVersion,
    maxVersion: tlsVersion(offered.maxVersion) ?? written.maxVersion,
    ...ciphersOf(offered),
  };
}

function ciphersOf({ cipherSuites }: OfferedTls): Pick<TlsOptions, "ciphers"> | undefined {
  if (cipherSuites.length === 0) return undefined;
  const suites = readCipherSuites(cipherSuites);
  if (suites.is === "valid") return { ciphers: suites.text };
  throw new Error(`the offered cipher suites: ${suites.message}`);
}

function proxyOf({ url, headers }: OfferedProxy): ProxyOptions {
  const address = readProxy(url);
  if (address.is === "valid") return { url: address.url, headers: listed(headers) };
  throw new Error(`the offered proxy: expected host:port or an http URL, ${address.message}`);
}
