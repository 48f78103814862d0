import { resolve } from "node:path";
import { defaultHealthEndpoint } from "../../../agent-config/probe-target.ts";
import { uidFromText, uidOfName, uidToText } from "../../../opamp-client/wire/instance-uid.ts";
import { detectorNames } from "../../../sources/detector-name.ts";
import { isSource, shownSource } from "../../../sources/source.ts";
import { sourceText } from "../file/expand-variables.ts";
import type { EnvInherit } from "../inherited-environment.ts";
import type { AgentSettings } from "../settings.ts";
import { findExecutable, findReadable } from "./files.ts";
import { readAttach } from "./read-attach.ts";
import { fleetSettle, readFleet } from "./read-kubernetes.ts";
import { readPolicy } from "./read-policy.ts";
import type { Reading } from "./reading.ts";

const layerWords = ["$OWN_TELEMETRY_CONFIG", "$OPAMP_EXTENSION_CONFIG", "$REMOTE_CONFIG"];

/** `agent`. Files that are named must be there. */
export function readAgent(file: string, reading: Reading): AgentSettings {
  const lost = new Map<string, string>();
  const startupFallbackConfigs = readFiles("agent.startup_fallback_configs", reading, [], lost);
  const attach = readFleet(reading) ?? readAttach(reading);
  const executable = readExecutable(attach !== undefined, reading);
  const configFiles = readFiles("agent.config_files", reading, layerWords, lost);
  const protectedConfigFiles = readFiles("agent.protected_config_files", reading, [], lost);
  const written = readHealthCheckEndpoint(reading);
  // Kubelet asks each pod from outside of it.
  const healthCheckEndpoint =
    attach?.kubernetes === undefined ? written : (written ?? "0.0.0.0:13133");
  const layers = configFiles.filter((path) => !layerWords.includes(path));
  return {
    attach,
    executable,
    instanceId: readInstanceId(reading),
    configFiles,
    protectedConfigFiles,
    startupFallbackConfigs,
    fetchedLayers: new Map([
      ...textsOf([...layers, ...protectedConfigFiles, ...startupFallbackConfigs], reading),
      ...lost,
    ]),
    reload: readReload(reading),
    onCollision: reading.text("agent.on_collision") === "fail" ? "fail" : "warn",
    leftover: readLeftover(reading),
    // Many pods have no one address at which their metrics could be read.
    dataFlow:
      reading.text("agent.data_flow") === "off" || attach?.kubernetes !== undefined
        ? "off"
        : "report",
    dataFlowIntervalMs: reading.number("agent.data_flow_interval") ?? 0,
    args: reading.texts("agent.args"),
    env: reading.textMap("agent.env"),
    confine: readConfine(attach !== undefined, reading),
    envInherit: readEnvInherit(reading),
    identifyingAttributes: reading.textMap("agent.description.identifying_attributes"),
    nonIdentifyingAttributes: reading.textMap("agent.description.non_identifying_attributes"),
    detectors: readDetectors(reading),
    localPort: reading.number("agent.opamp_server_port") ?? 0,
    includeResourceAttributes: reading.flag("agent.description.include_resource_attributes"),
    passthroughLogs: reading.flag("agent.passthrough_logs"),
    logRotation: {
      maxBytes: (reading.number("agent.log_rotation.max_size_mib") ?? 0) * 1024 * 1024,
      maxFiles: reading.number("agent.log_rotation.max_files") ?? 0,
    },
    healthCheckEndpoint,
    applySettleMs: fleetSettle(reading) ?? reading.number("agent.apply_settle") ?? 0,
    configApplyTimeoutMs: reading.number("agent.config_apply_timeout") ?? 0,
    startTimeoutMs: reading.number("agent.start_timeout"),
    stopTimeoutMs: reading.number("agent.stop_timeout") ?? 0,
    rules: readPolicy(reading, {
      ownFiles: [
        ...(isSource(file) ? [] : [resolve(reading.sources.workingDirectory, file)]),
        ...(executable === "" ? [] : [executable]),
        ...(attach?.configPath === undefined ? [] : [attach.configPath]),
        ...[...layers, ...protectedConfigFiles, ...startupFallbackConfigs].filter(isFile),
      ],
      ownHealthChecks: [defaultHealthEndpoint, healthCheckEndpoint ?? defaultHealthEndpoint],
    }),
    crashLogSnippetBytes: (reading.number("agent.collector_crash_log_snippet_kib") ?? 0) * 1024,
  };
}

function readDetectors(reading: Reading): AgentSettings["detectors"] {
  const path = "agent.description.detectors";
  return reading.texts(path).flatMap((entry, index) => {
    const name = detectorNames.find((each) => each === entry);
    if (name !== undefined) return [name];
    const place = `${path}[${index}]`;
    const message = `expected one of ${detectorNames.join(", ")}, found ${reading.quoted(place)}`;
    reading.error("value-invalid", place, message);
    return [];
  });
}

function isFile(entry: string): boolean {
  return !isSource(entry);
}

function readConfine(attached: boolean, reading: Reading): AgentSettings["confine"] {
  const path = "agent.confine";
  const word = reading.text(path);
  if (word !== "auto" && word !== "required") return "off";
  if (!attached) return word;
  const mode = reading.text("agent.mode") ?? "";
  const message = `expected off with mode: ${mode}, because somebody else starts the agent: confine it by its unit (\`opampsupervisor policy unit\`) or pod`;
  reading.error("value-invalid", path, message);
  return "off";
}

function readLeftover(reading: Reading): "stop" | "adopt" {
  if (reading.text("agent.leftover") !== "adopt") return "stop";
  if (reading.flag("agent.passthrough_logs")) {
    const message =
      "expected stop where passthrough_logs is true: an agent cannot go on without the supervisor that reads its output";
    reading.error("value-invalid", "agent.leftover", message);
  }
  return "adopt";
}

/** One that somebody else starts may be out of reach. */
function readExecutable(attached: boolean, reading: Reading): string {
  const path = "agent.executable";
  const written = reading.text(path);
  if (written === undefined && attached) return "";
  if (written === undefined) {
    const message =
      "expected the path of the collector's binary, found nothing: " +
      "write it, or fetch one with `opampsupervisor collector install`";
    reading.error("key-missing", path, message);
    return "";
  }
  const found = findExecutable(written, reading.quoted(path), reading.sources);
  if (found.is === "found") return found.file;
  reading.error(found.code, path, found.message);
  return "";
}

function readInstanceId(reading: Reading): string | undefined {
  const path = "agent.instance_id";
  const written = reading.text(path);
  if (written === undefined) return readIdOfName(reading);
  // Go's reader takes these forms too.
  const uid = uidFromText(dashed(written.trim().replace(/^urn:uuid:|^\{|\}$/gi, "")));
  if (uid === undefined) {
    reading.error(
      "value-invalid",
      path,
      `expected a UUID or a ULID, found ${reading.quoted(path)}`,
    );
    return undefined;
  }
  return uidToText(uid);
}

/** A name that stays where storage does not: of a node, or of a pod of a StatefulSet. */
function readIdOfName(reading: Reading): string | undefined {
  const path = "agent.instance_id_from";
  const name = reading.text(path);
  if (name === undefined) return undefined;
  // A part that came out empty would be the same for everybody, and so would the id.
  if (name.split("/").some((part) => part.trim() === "")) {
    const message = `expected a name, or several with / between them, none of them empty, found ${reading.quoted(path)}`;
    reading.error("value-invalid", path, message);
    return undefined;
  }
  return uidToText(uidOfName(name));
}

function dashed(text: string): string {
  return text.replace(/^(\w{8})(\w{4})(\w{4})(\w{4})(\w{12})$/, "$1-$2-$3-$4-$5");
}

/** `lost` gets what was last in those that are gone. */
function readFiles(
  path: string,
  reading: Reading,
  words: readonly string[],
  lost: Map<string, string>,
): readonly string[] {
  return reading.texts(path).flatMap((entry, index) => {
    const place = `${path}[${index}]`;
    // An empty variable, or ${env:NAME:-}, is how a file is left out.
    const isLeftOut = entry === "" && path === "agent.config_files";
    if (isLeftOut && reading.node(place)?.from !== undefined) return [];
    return [readFile(entry, place, reading, words, lost)];
  });
}

function readFile(
  entry: string,
  path: string,
  reading: Reading,
  words: readonly string[],
  lost: Map<string, string>,
): string {
  if (words.includes(entry)) return entry;
  if (isSource(entry)) return readElsewhere(entry, path, reading);
  const fault = faultOfEntry(entry, words);
  if (fault !== undefined) {
    reading.error("value-invalid", path, `${fault}, found ${reading.quoted(path)}`);
    return entry;
  }
  const file = entry.replace(/^file:(\/\/)?/, "");
  const found = findReadable(file, reading.quoted(path), reading.sources);
  if (found.is === "found") return found.file;
  const gone = resolve(reading.sources.workingDirectory, file);
  const copy = reading.sources.copyOf?.(gone);
  if (copy === undefined) {
    reading.error(found.code, path, `${found.message}: expected a collector configuration`);
    return entry;
  }
  lost.set(gone, copy);
  reading.warn(found.code, path, `${found.message}: the copy of its last content is used`);
  return gone;
}

/** The name under which its text is a layer. */
function readElsewhere(entry: string, path: string, reading: Reading): string {
  const found = sourceText(entry, reading.sources);
  if ("fault" in found) {
    // A name that was itself fetched, or read from a file, is not repeated.
    const from = reading.node(path)?.from;
    const named = from === undefined ? shownSource(entry) : reading.quoted(path);
    reading.error("source-unreachable", path, `${named} cannot be fetched: ${found.fault}`);
  }
  return entry;
}

/** The texts of the layers that are no files, by what was written. */
function textsOf(entries: readonly string[], { sources }: Reading): ReadonlyMap<string, string> {
  const found = entries.filter(isSource).flatMap((entry) => {
    const got = sourceText(entry, sources);
    return "text" in got ? [[entry, got.text] as const] : [];
  });
  return new Map(found);
}

function faultOfEntry(entry: string, words: readonly string[]): string | undefined {
  if (entry === "") return "expected the path of a file";
  if (entry.startsWith("$")) {
    const allowed = words.length === 0 ? "" : ` or one of ${words.join(", ")}`;
    return `expected the path of a file${allowed}`;
  }
  return entry.startsWith("yaml:")
    ? "expected a file or a source, such as env:NAME or s3://BUCKET/KEY: a text cannot stand here"
    : undefined;
}

/** `agent.reload`, or what the reference's key for the same asks for. */
function readReload({ text, flag, written }: Reading): AgentSettings["reload"] {
  const hup = "agent.use_hup_config_reload";
  const usual = written(hup) && !flag(hup) ? "restart" : "auto";
  return (text("agent.reload") ?? usual) === "restart" ? "restart" : "auto";
}

function readHealthCheckEndpoint(reading: Reading): string | undefined {
  const path = "agent.health_check_endpoint";
  const written = reading.text(path);
  if (written === undefined) return undefined;
  const isUrl = /^https?:\/\//i.test(written);
  const isAddress = /^(\[[0-9a-f:.%]+\]|[^\s/:]+):\d+$/i.test(written);
  if (isUrl ? URL.canParse(written) : isAddress && URL.canParse(`http://${written}`))
    return written;
  const expected = "expected host:port or an http URL, for example localhost:13133";
  reading.error("value-invalid", path, `${expected}, found ${reading.quoted(path)}`);
  return undefined;
}

const path = "agent.env_inherit";

/** `agent.env_inherit`: one of two words, or names of variables. */
function readEnvInherit(reading: Reading): EnvInherit {
  const entries = reading.texts(path);
  const [first] = entries;
  if (entries.length === 1 && (first === "all" || first === "without-credentials")) return first;
  for (const [index, entry] of entries.entries()) {
    if (/^(?!all$)[A-Za-z_*][\w*]*$/.test(entry)) continue;
    const place = `${path}[${index}]`;
    const message =
      "expected all or without-credentials alone, or names of variables in which * stands for anything";
    reading.error("value-invalid", place, `${message}; found ${reading.quoted(place)}`);
  }
  return entries;
}
