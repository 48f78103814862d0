import { createHash } from "node:crypto";
import { type Document, isMap, isSeq, type YAMLMap } from "yaml";
import {
  ensureMap,
  joinMaps,
  listOf,
  mapOf,
  nodeAt,
  plain,
  quoted,
  setValue,
  textAt,
} from "./merge-config.ts";
import { defaultHealthEndpoint, enabledHealthCheck, probeTargetOf } from "./probe-target.ts";
import type {
  BinaryFacts,
  Hash,
  LocalLayer,
  Policy,
  RemoteConfig,
  RenderedConfig,
} from "./state.ts";
import { emptyDocument, parseYamlLayer, type YamlLayer } from "./yaml-layer.ts";

/** Everything that a configuration is made of. */
export interface Sources {
  readonly local: readonly LocalLayer[];
  readonly remote: RemoteConfig | undefined;
  readonly uid: string;
  readonly binary: BinaryFacts;
}

/** A rendered configuration, or why the layers could not be joined. */
export type Rendering = { readonly config: RenderedConfig } | { readonly problem: string };

/** What the supervisor adds of the agent's own metrics when nobody wrote a reader. */
const metricsHost = "localhost";
const metricsPort = "8888";

/**
 * Joins the layers (local base, remote, local over it, protected, then what the supervisor must own) and adds what
 * is missing: a health check to ask, a reader for the agent's own metrics, the instance id.
 */
export function renderConfig(
  sources: Sources,
  policy: Pick<Policy, "probeOverride" | "environment">,
): Rendering {
  const remote = remoteLayers(sources.remote);
  const local = (place: LocalLayer["place"]): LocalLayer[] =>
    sources.local.filter((layer) => layer.place === place);
  const texts = [...local("base"), ...remote, ...local("over"), ...local("protected")];
  if (texts.length === 0 && sources.remote?.files.length === 0) return stopped();

  const layers: YamlLayer[] = [];
  for (const { name, text } of texts) {
    const layer = parseYamlLayer(name, text);
    if ("problem" in layer) return layer;
    if (layer.root.items.length > 0) layers.push(layer);
  }
  const document = join(layers);
  const parked = layers.length === 0;
  if (parked) addParkedPipeline(rootOf(document), sources.binary);
  const root = rootOf(document);
  addHealthCheck(root, sources.binary, policy.probeOverride);
  const ownMetrics = addMetricsReader(root);
  addInstanceId(root, sources);
  return {
    config: finish(document, {
      parked,
      runs: true,
      ownMetrics,
      probe: probeTargetOf(root, policy.probeOverride, policy.environment),
      warnings: layers.flatMap((layer) => layer.warnings),
    }),
  };
}

/** Counts up when the same sources give another text. */
const rendererVersion = 1;

/**
 * Tells sources apart without rendering them. Where the address of the health check may hang on the environment there
 * is none, so that it is always looked at anew.
 */
export function sourcesDigest(
  { local, remote, uid, binary }: Sources,
  { probeOverride }: Pick<Policy, "probeOverride">,
): string | undefined {
  const texts = [...local, ...(remote?.files ?? [])].map(({ text }) => text);
  if (texts.some((text) => text.includes("${"))) return undefined;
  const { hasHealthCheck, hasNop, resourceForm } = binary;
  const facts = [rendererVersion, uid, probeOverride ?? "", hasHealthCheck, hasNop, resourceForm];
  const layers = local.map(({ name, place, text }) => [name, place, text]);
  const parts = [facts, layers, remote?.digest ?? ""];
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}

/** Remote parts in the order of their names, the empty name last; blank ones say nothing. */
function remoteLayers(remote: RemoteConfig | undefined): { name: string; text: string }[] {
  const files = (remote?.files ?? []).filter((file) => file.text.trim() !== "");
  const sorted = files.toSorted((a, b) => {
    if (a.name === "" || b.name === "") return a.name === "" ? 1 : -1;
    return a.name < b.name ? -1 : 1;
  });
  return sorted.map((file) => ({
    name: file.name === "" ? "remote configuration" : `remote configuration "${file.name}"`,
    text: file.text,
  }));
}

function join(layers: readonly YamlLayer[]): Document {
  const [first, ...rest] = layers;
  if (first === undefined) return emptyDocument();
  for (const layer of rest) joinMaps(first.root, layer.root);
  return first.document;
}

function rootOf(document: Document): YAMLMap {
  if (!isMap(document.contents)) throw new TypeError("a joined configuration is a map");
  return document.contents;
}

/** With nothing to run the agent idles: healthy, with its own metrics, moving no data. */
function addParkedPipeline(root: YAMLMap, binary: BinaryFacts): void {
  if (!binary.hasNop) {
    ensureMap(root, ["service"]);
    return;
  }
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
function addHealthCheck(root: YAMLMap, binary: BinaryFacts, override: string | undefined): void {
  if (!binary.hasHealthCheck || enabledHealthCheck(root) !== undefined) return;
  const extensions = ensureMap(root, ["extensions"]);
  if (!isMap(nodeAt(root, ["extensions", "health_check"]))) {
    const endpoint =
      override !== undefined && !override.includes("/") ? override : defaultHealthEndpoint;
    setValue(extensions, "health_check", mapOf({ endpoint: quoted(endpoint) }));
  }
  const service = ensureMap(root, ["service"]);
  const enabled = nodeAt(service, ["extensions"]);
  if (isSeq(enabled)) enabled.items.push(plain("health_check"));
  else setValue(service, "extensions", listOf([plain("health_check")], true));
}

/** Adds a Prometheus reader whose every series carries the instance id, unless readers are written or metrics off. */
function addMetricsReader(root: YAMLMap): string | undefined {
  const at = ["service", "telemetry", "metrics"];
  if (textAt(root, [...at, "level"]) === "none") return undefined;
  if (nodeAt(root, [...at, "readers"]) !== undefined) return undefined;
  if (nodeAt(root, [...at, "address"]) !== undefined) return undefined;
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
function addInstanceId(root: YAMLMap, { uid, binary }: Sources): void {
  const at = ["service", "telemetry", "resource"];
  const key = "service.instance.id";
  const attributes = nodeAt(root, [...at, "attributes"]);
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

function stopped(): Rendering {
  const nothing = { ownMetrics: undefined, probe: undefined, warnings: [] };
  return { config: withText("", { ...nothing, parked: false, runs: false }) };
}

type Fields = Pick<RenderedConfig, "parked" | "runs" | "ownMetrics" | "probe" | "warnings">;

function finish(document: Document, fields: Fields): RenderedConfig {
  return withText(document.toString({ lineWidth: 0 }), fields);
}

/** Completes a configuration whose text is known, for example one that was read back from disk. */
export function withText(text: string, fields: Fields): RenderedConfig {
  const hash = createHash("sha256").update(text).digest("hex") as Hash;
  const object = { body: new TextEncoder().encode(text), contentType: "text/yaml" };
  return {
    hash,
    text,
    ...fields,
    effective: { configMap: { configMap: new Map([["", object]]) } },
  };
}
