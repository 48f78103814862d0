import type {
  OpampConnectionSettings,
  TelemetryConnectionSettings,
  Headers,
} from "../../opamp-client/wire/messages.ts";
import type { ConnectionSettings } from "./connection-settings.ts";

const opampSchemes = ["ws:", "wss:", "http:", "https:"] as const;
const otlpSchemes = ["http:", "https:"] as const;
const proxySchemes = ["http:", "https:"] as const;
const tlsVersions: readonly string[] = ["1.0", "1.1", "1.2", "1.3"];

/**
 * What must not be offered, before it is; undefined when all of it may be. Values of headers are never quoted. An
 * endpoint that is left out is what the agent has, and for telemetry of its own it means that there is none.
 */
export function settingsProblem(settings: ConnectionSettings): string | undefined {
  const { opamp, ownMetrics, ownLogs, ownTraces, otherConnections } = settings;
  const own = { own_metrics: ownMetrics, own_logs: ownLogs, own_traces: ownTraces };
  const others = [...(otherConnections ?? [])];
  const problems = [
    opamp === undefined ? undefined : (problemOf("opamp", opamp, opampSchemes) ?? odd(opamp)),
    ...Object.entries(own).map(([name, each]) =>
      each === undefined ? undefined : problemOf(name, each, otlpSchemes),
    ),
    ...others.map(([name, each]) =>
      name === ""
        ? "expected a name for each of other_connections"
        : problemOf(`other_connections ${name}`, each, undefined),
    ),
  ];
  return problems.find((problem) => problem !== undefined);
}

function odd({ heartbeatIntervalSeconds = 0n }: OpampConnectionSettings): string | undefined {
  return heartbeatIntervalSeconds >= 0n && heartbeatIntervalSeconds < 2n ** 64n
    ? undefined
    : "expected the heartbeat of opamp in whole seconds, 0 or more";
}

/** Without schemes any text that is not empty names a place: what `other_connections` mean is the agent's matter. */
function problemOf(
  what: string,
  { destinationEndpoint = "", headers, tls, proxy }: TelemetryConnectionSettings,
  schemes: readonly string[] | undefined,
): string | undefined {
  const endpoint = schemes === undefined ? undefined : urlProblem(destinationEndpoint, schemes);
  if (endpoint !== undefined) return `the endpoint of ${what}: ${endpoint}`;
  const wrong = headersProblem(headers) ?? headersProblem(proxy?.connectHeaders);
  if (wrong !== undefined) return `the headers of ${what}: ${wrong}`;
  if (proxy !== undefined) {
    const why = (proxy.url ?? "") === "" ? "expected an address" : undefined;
    const problem = why ?? urlProblem(proxy.url ?? "", proxySchemes);
    if (problem !== undefined) return `the proxy of ${what}: ${problem}`;
  }
  const versions = [tls?.minVersion ?? "", tls?.maxVersion ?? ""].filter((each) => each !== "");
  const unknown = versions.find((version) => !tlsVersions.includes(version));
  return unknown === undefined
    ? undefined
    : `the TLS version of ${what}: expected 1.0, 1.1, 1.2 or 1.3, found ${unknown}`;
}

function urlProblem(text: string, schemes: readonly string[]): string | undefined {
  if (text === "") return undefined;
  const scheme = URL.canParse(text) ? new URL(text).protocol : "";
  const list = schemes.map((each) => `${each}//`).join(", ");
  return schemes.includes(scheme) ? undefined : `expected a URL with ${list}`;
}

function headersProblem(headers: Headers | undefined): string | undefined {
  const bad = (headers?.headers ?? []).findIndex(
    ({ key = "", value = "" }) =>
      !/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(key) || /[^\t\x20-\x7e\x80-\xff]/.test(value),
  );
  return bad === -1
    ? undefined
    : `expected a name and a value that a request may have, found others in header ${bad + 1}`;
}
