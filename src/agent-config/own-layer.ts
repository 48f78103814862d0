import { YAMLMap, isMap, isSeq, type Scalar } from "yaml";
import { addExtensionIdentity } from "./extension-layer.ts";
import { keyText } from "./yaml/keys.ts";
import { mapOf, setValue, ensureMap, listOf, plain, nodeAt, quoted, textAt } from "./yaml/nodes.ts";
import { enabledHealthCheck, defaultHealthEndpoint, isHealthCheck } from "./probe-target.ts";
import { escaped } from "./secret-files.ts";
import type { BinaryFacts, OwnPorts } from "./config.ts";

/** What the supervisor itself adds to a configuration. */
interface OwnLayer {
  readonly root: YAMLMap;
  /** host:port of the agent's own metrics when the reader is ours. */
  readonly ownMetrics: string | undefined;
  /** host:port of the health check when it is ours. */
  readonly ownHealthCheck: string | undefined;
}

/** What decides about this layer beside the configuration. */
interface OwnFacts {
  readonly uid: string;
  readonly binary: BinaryFacts;
  readonly probeOverride: string | undefined;
  /** Nothing else is configured: the agent idles. */
  readonly parked: Idling | undefined;
  /** What the operator says of who the agent is. */
  readonly identifying: ReadonlyMap<string, string>;
  /** A reader that a server has offered: it is there for that server, not for people. */
  readonly offeredReader: unknown;
  readonly ports: OwnPorts;
  /** Many processes run this one configuration: each makes an instance id of its own. */
  readonly isShared: boolean;
}

/** What a parked agent runs: a pipeline that moves nothing, or none at all. */
type Idling = "nop" | "filelog" | "no pipelines";

/** How this binary can idle with nothing of its own to do; undefined: not at all. */
export function idlingOf(
  { hasNop, hasFilelog, allowsNoPipelines }: BinaryFacts,
  ours: boolean,
): Idling | undefined {
  if (hasNop) return "nop";
  // Whoever starts it knows nothing of the gate that this takes.
  if (allowsNoPipelines && ours) return "no pipelines";
  return hasFilelog ? "filelog" : undefined;
}

/** Where what the supervisor adds listens. */
const ownHost = "localhost";

/**
 * The layer over all others: a health check to ask and a reader for the agent's own metrics where there is none, and
 * who the agent is.
 */
export function ownLayer(joined: YAMLMap, facts: OwnFacts): OwnLayer {
  const root = new YAMLMap();
  if (facts.parked !== undefined) addParkedPipeline(root, facts.parked);
  const ownHealthCheck = addHealthCheck(root, joined, facts);
  const ownMetrics = addMetricsReader(root, joined, facts);
  addResource(root, joined, facts);
  if (facts.binary.hasOpampExtension) addExtensionIdentity(root, joined, facts.uid);
  return { root, ownMetrics, ownHealthCheck };
}

/** With nothing to run the agent idles: healthy, with its own metrics, moving no data. */
function addParkedPipeline(root: YAMLMap, idling: Idling): void {
  if (idling === "no pipelines") return;
  const nop = idling === "nop";
  const [signal, receiver, exporter] = nop
    ? ["traces", "nop", "nop"]
    : ["logs", "filelog", "debug"];
  // It looks for a file that is never there, once a day.
  const nothing = {
    include: listOf([quoted("/nonexistent/nothing")], true),
    poll_interval: plain("24h"),
  };
  setValue(root, "receivers", mapOf({ [receiver]: mapOf(nop ? {} : nothing) }));
  setValue(root, "exporters", mapOf({ [exporter]: mapOf({}) }));
  const lists = { receivers: [plain(receiver)], exporters: [plain(exporter)] };
  setValue(
    ensureMap(root, ["service", "pipelines"]),
    signal,
    mapOf({ receivers: listOf(lists.receivers, true), exporters: listOf(lists.exporters, true) }),
  );
}

/** A health_check that is there stays as written; one that is configured but not enabled is enabled. */
function addHealthCheck(
  root: YAMLMap,
  joined: YAMLMap,
  { binary, probeOverride, ports }: OwnFacts,
): string | undefined {
  if (!binary.hasHealthCheck || enabledHealthCheck(joined) !== undefined) return undefined;
  const written = writtenHealthCheck(joined);
  const enabled = plain(written ?? "health_check");
  setValue(ensureMap(root, ["service"]), "extensions", listOf([enabled], true));
  if (written !== undefined) return undefined;
  const own = `${ownHost}:${ports.healthCheck}`;
  const asked = probeOverride?.includes("/") === true ? defaultHealthEndpoint : probeOverride;
  const health = mapOf({ endpoint: quoted(asked ?? own) });
  setValue(ensureMap(root, ["extensions"]), "health_check", health);
  // Where the operator wrote what is to be asked, the port is the operator's.
  return asked === undefined ? own : undefined;
}

/** The one that is configured, whoever has left it out of `service.extensions`; the one without a name before others. */
function writtenHealthCheck(joined: YAMLMap): string | undefined {
  const extensions = nodeAt(joined, ["extensions"]);
  if (!isMap(extensions)) return undefined;
  const ids = extensions.items.flatMap(({ key, value }) =>
    isMap(value) && isHealthCheck(keyText(key)) ? (keyText(key) ?? []) : [],
  );
  return ids.find((id) => id === "health_check") ?? ids[0];
}

/** Adds a Prometheus reader whose every series says who the agent is, unless readers are written, metrics off, or it knows none. */
function addMetricsReader(
  root: YAMLMap,
  joined: YAMLMap,
  { identifying, offeredReader, ports, binary }: OwnFacts,
): string | undefined {
  const at = ["service", "telemetry", "metrics"];
  // It shows its metrics by itself, with the labels of the resource.
  if (binary.refusesReader === true) return undefined;
  if (textAt(joined, [...at, "level"]) === "none") return undefined;
  const readers = nodeAt(joined, [...at, "readers"]);
  const offeredOnly = isSeq(readers) && readers.items.every((item) => item === offeredReader);
  if (readers !== undefined && (!offeredOnly || offeredReader === undefined)) return undefined;
  if (nodeAt(joined, [...at, "address"]) !== undefined) return undefined;
  const usual = ["service.instance.id", "service.name", "service.version"];
  const prometheus = mapOf({
    host: plain(ownHost),
    port: plain(String(ports.metrics)),
    with_resource_constant_labels: mapOf({
      included: listOf([...usual.map(plain), ...labelsOf(identifying, usual)], true),
    }),
  });
  const reader = mapOf({ pull: mapOf({ exporter: mapOf({ prometheus }) }) });
  setValue(ensureMap(root, at), "readers", listOf([reader]));
  return `${ownHost}:${ports.metrics}`;
}

function labelsOf(
  identifying: ReadonlyMap<string, string>,
  known: readonly string[],
): readonly Scalar[] {
  return [...identifying.keys()]
    .filter((key) => !known.includes(key))
    .map((key) => quoted(escaped(key)));
}

/** Only the supervisor and its operator say who the agent is: this wins over every layer. */
function addResource(
  root: YAMLMap,
  joined: YAMLMap,
  { uid, binary, identifying, isShared }: OwnFacts,
): void {
  const at = ["service", "telemetry", "resource"];
  const own = new Map([
    ...(isShared ? [] : [["service.instance.id", uid] as const]),
    ...identifying,
  ]);
  if (own.size === 0) return;
  const attributes = nodeAt(joined, [...at, "attributes"]);
  const listed = isSeq(attributes) && attributes.items.length > 0;
  // Newer binaries take both forms, but not both at once: what is written inline keeps its form.
  if (!listed && (binary.resourceForm === "inline" || isWrittenInline(nodeAt(joined, at)))) {
    const resource = ensureMap(root, at);
    for (const [key, value] of own) setValue(resource, key, quoted(escaped(value)));
    return;
  }
  const others = isSeq(attributes)
    ? attributes.items.filter((item) => !isMap(item) || !own.has(textAt(item, ["name"]) ?? ""))
    : [];
  const ours = [...own].map(([key, value]) => {
    const name = key === "service.instance.id" ? plain(key) : quoted(escaped(key));
    return mapOf({ name, value: quoted(escaped(value)) });
  });
  setValue(ensureMap(root, at), "attributes", listOf([...others, ...ours]));
}

/** What stands beside the attributes of a resource in the list form; any other key is an attribute itself. */
const keysBesideAttributes = [
  "attributes",
  "attributes_list",
  "detection/development",
  "detectors",
  "schema_url",
];

function isWrittenInline(resource: unknown): boolean {
  if (!isMap(resource)) return false;
  return resource.items.some(({ key }) => !keysBesideAttributes.includes(keyText(key) ?? ""));
}
