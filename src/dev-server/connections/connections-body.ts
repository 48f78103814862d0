import type {
  OpampConnectionSettings,
  TelemetryConnectionSettings,
  Headers,
} from "../../opamp-client/wire/messages.ts";
import type { ConnectionSettings } from "./connection-settings.ts";

/*
 * The body of POST /api/agents/<uid>/connections; each part may be left out, an empty text is the same as none:
 *
 * {
 *   "opamp": {"endpoint", "headers", "heartbeat_seconds", "ca", "min_tls_version", "proxy", "new_certificate"},
 *   "own_metrics": {"endpoint", "headers"}, "own_logs": {...}, "own_traces": {...},
 *   "other_connections": {"<name>": {"endpoint", "headers"}}
 * }
 *
 * `headers` is one text with a line `Name: value` for each, `new_certificate` a boolean, `heartbeat_seconds` a whole
 * number; all else is text.
 */

/** What a person wants of an agent's connections. */
interface ConnectionsWish {
  readonly settings: ConnectionSettings;
  readonly newCertificate: boolean;
}

const own = [
  ["own_metrics", "ownMetrics"],
  ["own_logs", "ownLogs"],
  ["own_traces", "ownTraces"],
] as const;
const otherKeys = ["endpoint", "headers"];
const opampKeys = [
  ...otherKeys,
  "heartbeat_seconds",
  "ca",
  "min_tls_version",
  "proxy",
  "new_certificate",
];
const kinds = ["opamp", ...own.map(([key]) => key), "other_connections"];

/** Reads the body, or says what is wrong with it without quoting what may be secret. */
export function readConnections(body: unknown): ConnectionsWish | string {
  try {
    const parts = objectOf("the body", body, kinds);
    if (Object.keys(parts).length === 0) throw new Misread(`expected one of ${kinds.join(", ")}`);
    const telemetry = own.flatMap(([key, kind]) =>
      parts[key] === undefined ? [] : [[kind, connectionIn(key, parts[key])] as const],
    );
    const others = Object.entries(objectOf("other_connections", parts["other_connections"] ?? {}));
    const opamp = parts["opamp"] === undefined ? undefined : opampIn(parts["opamp"]);
    const settings: ConnectionSettings = {
      ...(opamp === undefined ? {} : { opamp: opamp.settings }),
      ...Object.fromEntries(telemetry),
      ...(others.length === 0
        ? {}
        : {
            otherConnections: new Map(
              others.map(([name, each]) => [name, connectionIn(`other_connections ${name}`, each)]),
            ),
          }),
    };
    return { settings, newCertificate: opamp?.newCertificate ?? false };
  } catch (error) {
    if (error instanceof Misread) return error.message;
    throw error;
  }
}

/** What was expected; never leaves this file. */
class Misread extends Error {}

function opampIn(value: unknown): {
  readonly settings: OpampConnectionSettings;
  readonly newCertificate: boolean;
} {
  const parts = objectOf("opamp", value, opampKeys);
  const { heartbeat_seconds: seconds, new_certificate: newCertificate = false } = parts;
  if (seconds !== undefined && (!Number.isSafeInteger(seconds) || Number(seconds) < 0)) {
    throw new Misread("expected opamp.heartbeat_seconds to be a whole number, 0 or more");
  }
  if (typeof newCertificate !== "boolean") {
    throw new Misread("expected opamp.new_certificate to be true or false");
  }
  const [ca, minVersion, proxy] = ["ca", "min_tls_version", "proxy"].map((key) =>
    textOf(`opamp.${key}`, parts[key]),
  );
  const tls = {
    ...(ca === "" || ca === undefined ? {} : { caPemContents: ca }),
    ...(minVersion === "" || minVersion === undefined ? {} : { minVersion }),
  };
  const settings = {
    ...connectionOf("opamp", parts),
    ...(seconds === undefined ? {} : { heartbeatIntervalSeconds: BigInt(Number(seconds)) }),
    ...(Object.keys(tls).length === 0 ? {} : { tls }),
    ...(proxy === "" || proxy === undefined ? {} : { proxy: { url: proxy } }),
  };
  return { settings, newCertificate };
}

function connectionIn(name: string, value: unknown): TelemetryConnectionSettings {
  return connectionOf(name, objectOf(name, value, otherKeys));
}

function connectionOf(
  name: string,
  parts: Readonly<Record<string, unknown>>,
): TelemetryConnectionSettings {
  const endpoint = textOf(`${name}.endpoint`, parts["endpoint"]);
  const headers = headersIn(name, textOf(`${name}.headers`, parts["headers"]));
  return {
    ...(endpoint === "" ? {} : { destinationEndpoint: endpoint }),
    ...(headers === undefined ? {} : { headers }),
  };
}

function headersIn(name: string, text: string): Headers | undefined {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== "");
  const headers = lines.map((line, index) => {
    const colon = line.indexOf(":");
    if (colon < 1) {
      throw new Misread(`expected line ${index + 1} of ${name}.headers to be Name: value`);
    }
    return { key: line.slice(0, colon).trim(), value: line.slice(colon + 1).trim() };
  });
  return headers.length === 0 ? undefined : { headers };
}

function textOf(name: string, value: unknown = ""): string {
  if (typeof value !== "string") throw new Misread(`expected ${name} to be a text`);
  return value.trim();
}

function objectOf(
  name: string,
  value: unknown,
  known?: readonly string[],
): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new Misread(`expected ${name} to be an object`);
  }
  const unknown = Object.keys(value).find((key) => known?.includes(key) === false);
  if (unknown !== undefined && known !== undefined) {
    throw new Misread(`expected only ${known.join(", ")} in ${name}, found another key`);
  }
  return { ...value };
}
