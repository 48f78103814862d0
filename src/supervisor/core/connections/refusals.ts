import type { Signal, Connection, OtherConnection } from "../../../agent-config/connections.ts";
import { isHeaderName, isReservedHeader } from "../../../net/header.ts";

/**
 * Why a place for own telemetry cannot be taken over: what the agent's telemetry settings have no words for would be
 * left out in silence. Undefined when it can. Nothing secret is in it.
 */
export function refusalOf(signal: Signal, connection: Connection): string | undefined {
  const { endpoint, headers } = connection;
  if (endpoint === "") return undefined;
  const why =
    faultOfEndpoint(endpoint) ??
    faultOfHeaders(headers) ??
    faultOfTls(connection) ??
    proxied(connection);
  return why === undefined ? undefined : `own_${signal}: ${why}`;
}

/** The same for other settings, as far as their name tells what they are for. */
export function refusalOfOther(name: string, connection: OtherConnection): string | undefined {
  const { headers, proxy, settings } = connection;
  const why = faultOfHeaders(headers) ?? faultOfProxy(name, proxy) ?? faultOfSettings(settings);
  return why === undefined ? undefined : `other_connections ${JSON.stringify(name)}: ${why}`;
}

function faultOfEndpoint(endpoint: string): string | undefined {
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  if (url === undefined || !/^https?:\/\/[^/]/i.test(endpoint)) {
    return "destination_endpoint: expected a URL such as https://example.com/v1/metrics";
  }
  if (url.username !== "" || url.password !== "") {
    return "destination_endpoint: it has a login, which the collector would leave out: offer it as a header";
  }
  if (endpoint.includes("?") || endpoint.includes("#")) {
    return "destination_endpoint: it has a query or a fragment, which the collector would leave out";
  }
  return undefined;
}

function faultOfHeaders(headers: Connection["headers"]): string | undefined {
  const name = headers.find(([each]) => !isHeaderName(each))?.[0];
  if (name !== undefined) {
    return `headers: expected names of letters, digits and dashes, found ${JSON.stringify(name)}`;
  }
  const own = headers.find(([each]) => isReservedHeader(each))?.[0];
  if (own !== undefined) return `headers: only the connection itself may set ${own}`;
  const broken = headers.find(([, value]) => /[\u0000-\u0008\u000a-\u001f\u007f]/.test(value))?.[0];
  if (broken === undefined) return undefined;
  return `headers: the value of ${JSON.stringify(broken)} has a line end or another control character`;
}

/** Go's own defaults are what is left: 1.2 at least, 1.3 at most. */
function faultOfTls({ tls, certificate }: Connection): string | undefined {
  const absent = (field: string): string =>
    `tls.${field}: the collector has no such setting for its own telemetry`;
  if (certificate !== undefined && (certificate.cert === "" || certificate.key === "")) {
    return "certificate: expected a certificate and its private key, found one of them";
  }
  if (tls === undefined) return undefined;
  if (tls.skipVerify) return absent("insecure_skip_verify");
  if (tls.includeSystemCa && tls.ca !== "") {
    return `${absent("include_system_ca_certs_pool")} beside ca_pem_contents`;
  }
  if (tls.cipherSuites.length > 0) return absent("cipher_suites");
  if (!/^(?:|1\.[012])$/.test(tls.minVersion))
    return `${absent("min_version")}: it uses 1.2 and above`;
  if (!/^(?:|1\.3)$/.test(tls.maxVersion)) return `${absent("max_version")}: it uses up to 1.3`;
  return undefined;
}

function proxied({ proxy, endpoint }: Connection): string | undefined {
  if (proxy === undefined || proxy.url === "") return undefined;
  const variable = /^https:/i.test(endpoint) ? "HTTPS_PROXY" : "HTTP_PROXY";
  return `proxy: the collector has no such setting for its own telemetry: set ${variable} in agent.env instead`;
}

// What speaks gRPC finds its proxy in the environment.
const grpc = /^(?:otlp|otlp_?grpc|otel_?arrow|load_?balancing)(?:\/|$)/;

function faultOfProxy(name: string, proxy: OtherConnection["proxy"]): string | undefined {
  if (proxy === undefined) return undefined;
  if (proxy.headers.length > 0) {
    return "proxy.connect_headers: the collector has no such setting";
  }
  if (proxy.url === "" || !grpc.test(name)) return undefined;
  return "proxy: an exporter that speaks gRPC has no such setting: set HTTPS_PROXY in agent.env instead";
}

/** No setting of a component is nested as deep. */
const maxParts = 20;

function faultOfSettings(settings: OtherConnection["settings"]): string | undefined {
  const deep = settings.find(([each]) => each.split(/::|\./).length > maxParts)?.[0];
  if (deep !== undefined) {
    const begins = JSON.stringify(deep.slice(0, 40));
    return `other_settings: expected names of at most ${maxParts} parts, found one that begins with ${begins} and has ${deep.split(/::|\./).length}`;
  }
  const path = settings.find(([each]) => each.split(/::|\./).includes(""))?.[0];
  if (path === undefined) return undefined;
  return `other_settings: expected names joined by dots, found ${JSON.stringify(path)}`;
}
