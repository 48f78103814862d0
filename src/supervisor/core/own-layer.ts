import { isMap, isSeq, YAMLMap } from "yaml";
import { addExtensionIdentity } from "./extension-layer.ts";
import {
  ensureMap,
  listOf,
  mapOf,
  nodeAt,
  plain,
  quoted,
  setValue,
  textAt,
} from "./merge-config.ts";
import { defaultHealthEndpoint, enabledHealthCheck } from "./probe-target.ts";
import type { BinaryFacts } from "./state.ts";

/** What the supervisor itself adds to a configuration. */
export interface OwnLayer {
  readonly root: YAMLMap;
  /** host:port of the agent's own metrics when the reader is ours. */
  readonly ownMetrics: string | undefined;
}

/** What decides it beside the configuration. */
export interface OwnFacts {
  readonly uid: string;
  readonly binary: BinaryFacts;
  readonly probeOverride: string | undefined;
  /** Nothing else is configured: the agent idles. */
  readonly parked: boolean;
}

/** What the supervisor adds of the agent's own metrics when nobody wrote a reader. */
const metricsHost = "localhost";
const metricsPort = "8888";

/**
 * The layer over all others: a health check to ask and a reader for the agent's own metrics where there is none, and
 * the instance id.
 */
export function ownLayer(joined: YAMLMap, facts: OwnFacts): OwnLayer {
  const root = new YAMLMap();
  if (facts.parked) addParkedPipeline(root, facts.binary);
  addHealthCheck(root, joined, facts);
  const ownMetrics = addMetricsReader(root, joined);
  addInstanceId(root, joined, facts);
  if (facts.binary.hasOpampExtension) addExtensionIdentity(root, joined, facts.uid);
  return { root, ownMetrics };
}

/** With nothing to run the agent idles: healthy, with its own metrics, moving no data. */
function addParkedPipeline(root: YAMLMap, binary: BinaryFacts): void {
  if (!binary.hasNop) return;
  const nop = (): YAMLMap => mapOf({ nop: mapOf({}) });
  setValue(root, "receivers", nop());
  setValue(root, "exporters", nop());
  setValue(
    ensureMap(root, ["service", "pipelines"]),
    "traces",
    mapOf({ receivers: listOf([plain("nop")], true), exporters: listOf([plain("nop")], true) }),
  );
}

/** A health_check that is there stays as written; one that is configured but not enabled is enabled. */
function addHealthCheck(root: YAMLMap, joined: YAMLMap, { binary, probeOverride }: OwnFacts): void {
  if (!binary.hasHealthCheck || enabledHealthCheck(joined) !== undefined) return;
  if (!isMap(nodeAt(joined, ["extensions", "health_check"]))) {
    const endpoint =
      probeOverride !== undefined && !probeOverride.includes("/")
        ? probeOverride
        : defaultHealthEndpoint;
    const extensions = ensureMap(root, ["extensions"]);
    setValue(extensions, "health_check", mapOf({ endpoint: quoted(endpoint) }));
  }
  setValue(ensureMap(root, ["service"]), "extensions", listOf([plain("health_check")], true));
}

/** Adds a Prometheus reader whose every series carries the instance id, unless readers are written or metrics off. */
function addMetricsReader(root: YAMLMap, joined: YAMLMap): string | undefined {
  const at = ["service", "telemetry", "metrics"];
  if (textAt(joined, [...at, "level"]) === "none") return undefined;
  if (nodeAt(joined, [...at, "readers"]) !== undefined) return undefined;
  if (nodeAt(joined, [...at, "address"]) !== undefined) return undefined;
  const labels = ["service.instance.id", "service.name", "service.version"].map(plain);
  const prometheus = mapOf({
    host: plain(metricsHost),
    port: plain(metricsPort),
    with_resource_constant_labels: mapOf({ included: listOf(labels, true) }),
  });
  const reader = mapOf({ pull: mapOf({ exporter: mapOf({ prometheus }) }) });
  setValue(ensureMap(root, at), "readers", listOf([reader]));
  return `${metricsHost}:${metricsPort}`;
}

/** The instance id is the supervisor's to say: it wins over every layer. */
function addInstanceId(root: YAMLMap, joined: YAMLMap, { uid, binary }: OwnFacts): void {
  const at = ["service", "telemetry", "resource"];
  const key = "service.instance.id";
  const attributes = nodeAt(joined, [...at, "attributes"]);
  if (!isSeq(attributes) && binary.resourceForm === "inline") {
    setValue(ensureMap(root, at), key, quoted(uid));
    return;
  }
  const others = isSeq(attributes)
    ? attributes.items.filter((item) => !isMap(item) || textAt(item, ["name"]) !== key)
    : [];
  const own = mapOf({ name: plain(key), value: quoted(uid) });
  setValue(ensureMap(root, at), "attributes", listOf([...others, own]));
}
