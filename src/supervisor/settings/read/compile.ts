import { resolve } from "node:path";
import type {
  Settings,
  ServerSettings,
  CapabilitySettings,
  StorageSettings,
  LogSettings,
} from "../settings.ts";
import { readEndpoint } from "../../../net/endpoint.ts";
import { warnOfShellWords } from "./files.ts";
import { readAgent } from "./read-agent.ts";
import { readAuth } from "./read-auth.ts";
import { readHeaders } from "./read-headers.ts";
import { readHealthPage } from "./read-health-page.ts";
import { readOffers, readCertificateWish } from "./read-offers.ts";
import { readPackages } from "./read-packages.ts";
import { readTelemetry } from "./read-telemetry.ts";
import { readProxySettings } from "./read-proxy.ts";
import { readTls } from "./read-tls.ts";
import type { Reading } from "./reading.ts";

/** Checked values as the program uses them. What is wrong is reported to the reading; the result is then void. */
export function compileSettings(
  file: string,
  reading: Reading,
): Omit<Settings, "credentialVariables"> {
  const agent = readAgent(file, reading);
  return {
    file,
    server: readServer(reading),
    capabilities: readCapabilities(reading),
    agent,
    packages: readPackages(agent.executable, reading),
    storage: readStorage(reading),
    log: readLog(reading),
    telemetry: readTelemetry(reading),
    healthPage: readHealthPage(reading),
  };
}

function readServer(reading: Reading): ServerSettings {
  const path = "server.endpoint";
  const texts = reading.texts(path);
  const headers = readHeaders(reading);
  const auth = readAuth(reading);
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
  const compression = reading.text("server.compression") === "gzip" ? "gzip" : "none";
  return {
    ...{ endpoint, fallbackEndpoints, ...headers, ...auth, proxy, compression },
    tls: readTls(reading, secure),
    offers: readOffers(reading),
    certificate: readCertificateWish(reading, secure),
  };
}

function readCapabilities(reading: Reading): CapabilitySettings {
  const { flag } = reading;
  // What servers offer of these is kept in files, which the pods of a workload do not have.
  const hasFiles = reading.text("agent.mode") !== "kubernetes";
  return {
    acceptsRemoteConfig: flag("capabilities.accepts_remote_config"),
    acceptsRestartCommand: flag("capabilities.accepts_restart_command"),
    acceptsOpampConnectionSettings: flag("capabilities.accepts_opamp_connection_settings"),
    acceptsOtherConnectionSettings:
      hasFiles && flag("capabilities.accepts_other_connection_settings"),
    acceptsPackages: flag("capabilities.accepts_packages"),
    reportsEffectiveConfig: flag("capabilities.reports_effective_config"),
    reportsOwnMetrics: hasFiles && flag("capabilities.reports_own_metrics"),
    reportsOwnLogs: hasFiles && flag("capabilities.reports_own_logs"),
    reportsOwnTraces: hasFiles && flag("capabilities.reports_own_traces"),
    reportsHealth: flag("capabilities.reports_health"),
    reportsRemoteConfig: reportsRemoteConfig(reading),
    reportsAvailableComponents: flag("capabilities.reports_available_components"),
    reportsHeartbeat: flag("capabilities.reports_heartbeat"),
    reportsConnectionSettingsStatus: flag("capabilities.reports_connection_settings_status"),
  };
}

/** Newer files lack the key: accepting a configuration then means both. Where it is written it holds, and `false` is told. */
function reportsRemoteConfig({ flag, written, warn }: Reading): boolean {
  const path = "capabilities.reports_remote_config";
  const accepts = flag("capabilities.accepts_remote_config");
  if (!written(path)) return accepts;
  if (accepts && !flag(path)) {
    const message =
      "the server does not hear whether its configurations were applied or why they failed; newer versions of the " +
      "reference supervisor ignore this key: remove the key to have it reported";
    warn("value-invalid", path, message);
  }
  return flag(path);
}

function readStorage(reading: Reading): StorageSettings {
  const { sources, text } = reading;
  const directory = text("storage.directory");
  warnOfShellWords("storage.directory", directory ?? "", reading);
  const usual = defaultDirectory(process.platform, sources.environment);
  return {
    directory: resolve(sources.workingDirectory, directory ?? usual),
    written: directory !== undefined,
  };
}

/** Where the reference keeps its files, so that a host can be moved over without a word about it. */
function defaultDirectory(
  platform: NodeJS.Platform,
  environment: ReadonlyMap<string, string>,
): string {
  if (platform !== "win32") return "/var/lib/otelcol/supervisor";
  return `${environment.get("ProgramData") ?? "C:\\ProgramData"}\\Otelcol\\Supervisor`;
}

function readLog({ sources, text, texts, number }: Reading): LogSettings {
  const level = text("telemetry.logs.level") as LogSettings["level"] | undefined;
  const paths = texts("telemetry.logs.output_paths");
  const maxBytes = (number("telemetry.logs.rotation.max_size_mib") ?? 0) * 1024 * 1024;
  const maxFiles = number("telemetry.logs.rotation.max_files") ?? 0;
  return {
    level: level ?? "info",
    outputPaths: paths.map((path) => outputPath(path, sources.workingDirectory)),
    ...(maxBytes > 0 && { rotation: { maxBytes, maxFiles } }),
    encoding: text("telemetry.logs.encoding") as LogSettings["encoding"],
  };
}

function outputPath(path: string, workingDirectory: string): string {
  if (path === "stdout" || path === "stderr") return path;
  return resolve(workingDirectory, path.replace(/^file:(\/\/)?/, ""));
}
