import { createHash } from "node:crypto";
import type { YAMLMap } from "yaml";
import { collisionsIn } from "./collisions.ts";
import { noConnections, type Connections, offersNothing } from "./connections.ts";
import { type Join, addLayers, joinLayers } from "./join-layers.ts";
import { mismatchText } from "./kinds.ts";
import { metricsTargetOf } from "./metrics-target.ts";
import { othersLayer, othersName } from "./connections-layer.ts";
import { restExtension } from "./extension-layer.ts";
import { hiddenFault } from "./hidden-faults.ts";
import { idlingOf, ownLayer } from "./own-layer.ts";
import { flushesTelemetry, telemetryLayer, telemetryWarnings } from "./telemetry-layer.ts";
import { expectedFlows, everyPipelineNop } from "./pipelines.ts";
import { probeTargetOf } from "./probe-target.ts";
import { type Sources, layerTexts, readLayers, madeLayer, type Layers } from "./read-layers.ts";
import { reloadParts } from "./reload-parts.ts";
import { resourceOf } from "./resource.ts";
import { type Secrets, createSecrets } from "./secret-files.ts";
import {
  type Hash,
  type OwnPorts,
  type ReloadParts,
  type RenderedConfig,
  usualPorts,
} from "./config.ts";
import { escapeUnreadable } from "./yaml/characters.ts";
import { itemsOf, nodeAt } from "./yaml/nodes.ts";
import { printDocument } from "./yaml/print.ts";

/** A rendered configuration, or why the layers could not be joined. */
type Rendering = { readonly config: RenderedConfig } | { readonly problem: string };

/** What decides about a rendering beside the sources. */
export interface RenderOptions {
  /** The address of the health check as an operator wrote it, instead of the one in the configuration. */
  readonly probeOverride: string | undefined;
  /** The agent's environment, only to find the address of its health check. */
  readonly environment: ReadonlyMap<string, string>;
  /** Where files that a configuration refers to are, as the agent sees them; absolute. Needed only for such files. */
  readonly filesDirectory?: string;
  /** What the operator says of who the agent is; its own telemetry says so too. Nothing when missing. */
  readonly identifying?: ReadonlyMap<string, string>;
  /** What two remote parts that contradict each other lead to: the last one wins with a warning, or a problem. */
  readonly onCollision?: "warn" | "fail";
  /** An agent that is not ours to start is not stopped either: it idles instead. Ours when missing. */
  readonly kind?: { readonly mayStart: boolean; readonly fleet?: unknown };
  /** The usual ones when missing. */
  readonly ownPorts?: OwnPorts;
}

/** Joins the layers and adds what is missing: a health check to ask, a reader for the agent's own metrics, the instance id. */
export function renderConfig(sources: Sources, options: RenderOptions): Rendering {
  const assembly = assemble(sources, options);
  if ("problem" in assembly) return assembly;
  if (assembly.join === undefined) return stopped(assembly.parked);
  const { join, parked, ownMetrics, ownHealthCheck, warnings, secrets, unknownConnections } =
    assembly;
  return {
    config: withText(printed(join), {
      parked,
      runs: true,
      ownMetrics,
      ownHealthCheck,
      probe: probeTargetOf(join.root, options.probeOverride, options.environment),
      metrics: metricsTargetOf(join.root, options.environment)?.url,
      flows: expectedFlows(join.root),
      idle: parked || everyPipelineNop(join.root),
      warnings,
      files: secrets.files(),
      offered: secrets.placesIn(join.root),
      unknownConnections,
      flushes: flushesTelemetry(join.root),
      resource: resourceOf(join.root),
      parts: partsIn(join.root, sources),
    }),
  };
}

/** The text of a joined configuration, as the agent is given it. */
export function printed({ document, root }: Join): string {
  return escapeUnreadable(printDocument(document, root));
}

/** Without the extension a reload in part cannot be proved; where it is left out the configuration is large. */
function partsIn(root: YAMLMap, { binary }: Sources): ReloadParts | undefined {
  const told = itemsOf(nodeAt(root, ["service", "extensions"])).includes("opamp");
  return told && binary.reloadsInPart ? reloadParts(root) : undefined;
}

/** The layers joined; without a join there is to be no process. */
interface Assembly {
  readonly join: Join | undefined;
  readonly parked: boolean;
  readonly ownMetrics: string | undefined;
  readonly ownHealthCheck: string | undefined;
  readonly warnings: readonly string[];
  readonly secrets: Secrets;
  /** Offered connections whose names nothing in it has. */
  readonly unknownConnections: readonly string[];
}

/**
 * Joins the layers: own telemetry, local base, remote, local over it, other connections, protected, then what the
 * supervisor must own. What generates a layer of its own puts it among the local ones at the place that it shall have.
 */
export function assemble(
  sources: Sources,
  options: RenderOptions,
): Assembly | { readonly problem: string } {
  const { connections = noConnections } = sources;
  const secrets = createSecrets(options.filesDirectory ?? "", sources.uid);
  const ours = options.kind?.mayStart ?? true;
  const texts = layerTexts(sources);
  const empty = texts.every(({ from }) => from === "us") && sources.remote?.files.length === 0;
  if (empty && ours) return { ...nothingToRun, secrets };
  const telemetry = telemetryLayer(connections.telemetry, !ours, secrets);
  const read = readLayers(texts, telemetry.root);
  if ("problem" in read) return read;
  const { layers, remote, parked } = read;
  const idling = parked ? idlingOf(sources.binary, ours) : undefined;
  // Nobody can keep a process of somebody else's from starting.
  if (parked && ours && idling === undefined) return { ...nothingToRun, parked, secrets };
  const { join, unknown } = joinAll(read, connections, secrets);
  const unlike = mismatchText(join.mismatches, join.layers);
  if (unlike !== undefined) return { problem: unlike };
  const collisions = collisionsIn(join, remote);
  if (options.onCollision === "fail" && collisions.length > 0) {
    return { problem: `${collisions.join("; ")} (agent.on_collision is fail)` };
  }
  const {
    probeOverride,
    identifying = new Map<string, string>(),
    ownPorts: ports = usualPorts,
  } = options;
  const isShared = options.kind?.fleet !== undefined;
  const added = { parked: idling, offeredReader: telemetry.reader, ports, isShared };
  const facts = { probeOverride, identifying, ...added };
  const resting = restExtension(join.root);
  const own = ownLayer(join.root, { ...sources, ...facts });
  const warnings = [
    ...(empty ? [notOursToStop] : []),
    ...layers.flatMap((layer) => layer.warnings),
    ...keptText(join),
    ...collisions.map((collision) => `${collision}; the last one wins`),
    ...telemetryWarnings(join.root, connections.telemetry),
    ...(resting === undefined ? [] : [resting]),
  ];
  const whole = addLayers(join, [madeLayer("the supervisor", own.root)]);
  const hidden = mismatchText(whole.mismatches, whole.layers) ?? hiddenFault(whole);
  if (hidden !== undefined) return { problem: hidden };
  return {
    join: whole,
    parked,
    ownMetrics: own.ownMetrics,
    ownHealthCheck: own.ownHealthCheck,
    warnings,
    secrets,
    unknownConnections: unknown,
  };
}

/** What was kept although a server left it empty, for people. */
function keptText({ kept, layers }: Join): readonly string[] {
  return kept.map(
    ({ path, by }) =>
      `${path} is empty in ${layers[by]?.name ?? ""}: the health check keeps what the local layers say, because probes may ask there; write an endpoint to change it`,
  );
}

const nothingToRun = {
  join: undefined,
  parked: false,
  ownMetrics: undefined,
  ownHealthCheck: undefined,
  warnings: [],
  unknownConnections: [],
} as const;

function joinAll(
  { layers, protectedAt }: Layers,
  { others }: Connections,
  secrets: Secrets,
): { readonly join: Join; readonly unknown: readonly string[] } {
  if (others.length === 0) return { join: joinLayers(layers), unknown: [] };
  const below = joinLayers(layers.slice(0, protectedAt));
  const above = layers.slice(protectedAt);
  const roots = above.map(({ root }) => root);
  const { root, unknown } = othersLayer(below.root, roots, others, secrets);
  return { join: addLayers(below, [madeLayer(othersName, root), ...above]), unknown };
}

const notOursToStop =
  "the remote configuration is empty, which asks for the agent to be stopped: it is somebody else who runs it (agent.mode: attach), so it idles instead";

/** Counts up when the same sources give another text. */
const rendererVersion = 8;

/**
 * Tells sources apart without rendering them. There is no digest where the address of the health check may depend on
 * the environment: such sources are rendered each time.
 */
export function sourcesDigest(
  { local, remote, uid, binary, connections = noConnections }: Sources,
  options: Omit<RenderOptions, "environment">,
): string | undefined {
  const { probeOverride, onCollision, kind, filesDirectory, identifying, ownPorts } = options;
  const written = local.filter(({ forExtension }) => forExtension !== true);
  const texts = [...written, ...(remote?.files ?? [])].map(({ text }) => text);
  if (texts.some((text) => text.includes("${"))) return undefined;
  const { hasHealthCheck, hasOpampExtension, resourceForm } = binary;
  const idling = idlingOf(binary, kind?.mayStart ?? true) ?? "";
  const known = [hasHealthCheck, idling, hasOpampExtension, resourceForm];
  const said = [...(identifying ?? [])].flat();
  const facts = [rendererVersion, uid, probeOverride ?? "", ...known, ...said];
  if (onCollision === "fail") facts.push("on_collision");
  if (kind?.mayStart === false) facts.push("attached");
  if (kind?.fleet !== undefined) facts.push("fleet");
  const { healthCheck, metrics } = ownPorts ?? usualPorts;
  if (healthCheck !== usualPorts.healthCheck || metrics !== usualPorts.metrics) {
    facts.push(`${healthCheck} ${metrics}`);
  }
  if (!offersNothing(connections)) facts.push(filesDirectory ?? "", JSON.stringify(connections));
  const layers = local.map(({ name, place, text }) => [name, place, text]);
  const parts = [facts, layers, remote?.digest ?? ""];
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}

function stopped(parked: boolean): Rendering {
  const nothing = { ownMetrics: undefined, probe: undefined, metrics: undefined, warnings: [] };
  const idle = { parked, runs: false, flows: undefined, idle: true };
  return { config: withText("", { ...nothing, ...idle, ...unsaid }) };
}

type Fields = Omit<RenderedConfig, "hash" | "text" | "effective">;

/** The fields of a configuration that says nothing of offered connections and of the agent. */
export const unsaid = {
  files: [],
  offered: [],
  unknownConnections: [],
  flushes: false,
  resource: {},
} as const;

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
