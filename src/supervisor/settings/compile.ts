import { resolve } from "node:path";
import type {
  CapabilitySettings,
  LogSettings,
  ServerSettings,
  Settings,
  StorageSettings,
} from "../settings.ts";
import { readEndpoint } from "./endpoint.ts";
import { readAgent } from "./read-agent.ts";
import { readProxySettings } from "./read-proxy.ts";
import { readTls } from "./read-tls.ts";
import type { Reading } from "./reading.ts";

/** Checked values as the program uses them. What is wrong is reported to the reading; the result is then void. */
export function compileSettings(file: string, reading: Reading): Settings {
  checkExtensions(reading);
  checkHealthPage(reading);
  return {
    file,
    server: readServer(reading),
    capabilities: readCapabilities(reading),
    agent: readAgent(file, reading),
    storage: readStorage(reading),
    log: readLog(reading),
  };
}

function readServer(reading: Reading): ServerSettings {
  const path = "server.endpoint";
  const texts = reading.texts(path);
  const headers = readHeaders(reading);
  if (texts.length === 0) {
    const message = `expected the URL of an OpAMP server, for example wss://host:4320/v1/opamp`;
    reading.error("key-missing", path, message);
  }
  const endpoints = texts.map(readEndpoint);
  for (const [index, endpoint] of endpoints.entries()) {
    const place = endpoints.length === 1 ? path : `${path}[${index}]`;
    if (endpoint.is === "invalid") reading.error("value-invalid", place, endpoint.message);
  }
  const [endpoint = "", ...fallbackEndpoints] = endpoints.map((each) =>
    each.is === "valid" ? each.url : "",
  );
  const proxy = readProxySettings(reading);
  const secure =
    endpoints.some((each) => each.is === "invalid" || each.secure) ||
    proxy.url?.startsWith("https:") === true;
  const tls = readTls(reading, secure);
  const compression = reading.text("server.compression") === "gzip" ? "gzip" : "none";
  return { endpoint, fallbackEndpoints, headers, tls, proxy, compression };
}

// A header that the sender would refuse makes every connection fail, with a message that names no place.
function readHeaders(reading: Reading): ReadonlyMap<string, readonly string[]> {
  const headers = reading.textsMap("server.headers");
  for (const [name, values] of headers) {
    const path = `server.headers.${name}`;
    if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name)) {
      reading.error("value-invalid", path, "expected a header name: letters, digits and dashes");
    }
    if (values.some((value) => /^(bearer|basic)?$/i.test(value.trim()))) {
      reading.error("value-invalid", path, "expected a header value, found nothing or only Bearer");
    }
    if (values.some((value) => /[^\t\x20-\x7e\x80-\xff]/.test(value))) {
      const message =
        "expected a header value on one line, found a line break or a special character";
      reading.error("value-invalid", path, message);
    }
  }
  return headers;
}

function readCapabilities({ flag }: Reading): CapabilitySettings {
  return {
    acceptsRemoteConfig: flag("capabilities.accepts_remote_config"),
    acceptsRestartCommand: flag("capabilities.accepts_restart_command"),
    acceptsOpampConnectionSettings: flag("capabilities.accepts_opamp_connection_settings"),
    acceptsPackages: flag("capabilities.accepts_packages"),
    reportsEffectiveConfig: flag("capabilities.reports_effective_config"),
    reportsOwnMetrics: flag("capabilities.reports_own_metrics"),
    reportsOwnLogs: flag("capabilities.reports_own_logs"),
    reportsOwnTraces: flag("capabilities.reports_own_traces"),
    reportsHealth: flag("capabilities.reports_health"),
    reportsRemoteConfig: flag("capabilities.reports_remote_config"),
    reportsAvailableComponents: flag("capabilities.reports_available_components"),
    reportsHeartbeat: flag("capabilities.reports_heartbeat"),
  };
}

function readStorage({ sources, text }: Reading): StorageSettings {
  const directory = text("storage.directory");
  const usual = defaultDirectory(process.platform, sources.environment);
  return {
    directory: resolve(sources.workingDirectory, directory ?? usual),
    written: directory !== undefined,
  };
}

/** Where the reference keeps its files, so that a host can be moved over without a word about it. */
export function defaultDirectory(
  platform: NodeJS.Platform,
  environment: ReadonlyMap<string, string>,
): string {
  if (platform !== "win32") return "/var/lib/otelcol/supervisor";
  return `${environment.get("ProgramData") ?? "C:\\ProgramData"}\\Otelcol\\Supervisor`;
}

function readLog({ sources, text, texts }: Reading): LogSettings {
  const level = text("telemetry.logs.level") as LogSettings["level"] | undefined;
  const paths = texts("telemetry.logs.output_paths");
  return {
    level: level ?? "info",
    outputPaths: paths.map((path) => outputPath(path, sources.workingDirectory)),
    encoding: text("telemetry.logs.encoding") as LogSettings["encoding"],
  };
}

function outputPath(path: string, workingDirectory: string): string {
  if (path === "stdout" || path === "stderr") return path;
  return resolve(workingDirectory, path.replace(/^file:(\/\/)?/, ""));
}

const componentId = /^[A-Za-z][A-Za-z0-9_]*(\/\S+)?$/;

function checkExtensions(reading: Reading): void {
  const auth = reading.text("server.auth");
  const names = reading.names("extensions");
  for (const name of names.filter((each) => !componentId.test(each))) {
    reading.error(
      "value-invalid",
      `extensions.${name}`,
      "expected a component id: type or type/name",
    );
  }
  if (auth === undefined || names.includes(auth)) return;
  const known = names.length === 0 ? "none is written" : `written are ${names.join(", ")}`;
  reading.error(
    "value-invalid",
    "server.auth",
    `expected the name of an entry of extensions; ${known}`,
  );
}

function checkHealthPage(reading: Reading): void {
  const port = /:(\d+)$/.exec(reading.text("healthcheck.endpoint") ?? "")?.[1];
  if (port === undefined || Number(port) <= 65_535) return;
  const found = reading.quoted("healthcheck.endpoint");
  reading.error(
    "value-invalid",
    "healthcheck.endpoint",
    `expected a port up to 65535, found ${found}`,
  );
}
