import { createHash } from "node:crypto";
import type { Document } from "yaml";
import { type Connections, noConnections } from "./connections.ts";
import { collisionsIn } from "./collisions.ts";
import { addLayer, type Join, joinLayers } from "./join-layers.ts";
import { metricsTargetOf } from "./metrics-target.ts";
import { ownLayer } from "./own-layer.ts";
import { everyPipelineNop, expectedFlows } from "./pipelines.ts";
import { probeTargetOf } from "./probe-target.ts";
import type {
  BinaryFacts,
  Hash,
  LocalLayer,
  Policy,
  RemoteConfig,
  RenderedConfig,
} from "./state.ts";
import { escapeUnreadable } from "./yaml-characters.ts";
import { emptyDocument, parseYamlLayer, type YamlLayer } from "./yaml-layer.ts";

/** Everything that a configuration is made of. */
export interface Sources {
  readonly local: readonly LocalLayer[];
  readonly remote: RemoteConfig | undefined;
  readonly uid: string;
  readonly binary: BinaryFacts;
  /** None when missing. */
  readonly connections?: Connections;
}

/** A rendered configuration, or why the layers could not be joined. */
export type Rendering = { readonly config: RenderedConfig } | { readonly problem: string };

/** What decides about a rendering beside the sources. */
export type RenderPolicy = Pick<Policy, "probeOverride" | "environment"> & {
  /** Needed for files that a configuration refers to. */
  readonly filesDirectory?: string;
  /** What two remote parts that contradict each other lead to: the last one wins with a warning, or a problem. */
  readonly onCollision?: "warn" | "fail";
  /** Set where the agent is not ours to stop: it idles instead. */
  readonly attached?: Policy["attached"];
};

/** Joins the layers and adds what is missing: a health check to ask, a reader for the agent's own metrics, the instance id. */
export function renderConfig(sources: Sources, policy: RenderPolicy): Rendering {
  const assembly = assemble(sources, policy);
  if ("problem" in assembly) return assembly;
  if (assembly.join === undefined) return stopped();
  const { join, parked, ownMetrics, warnings } = assembly;
  return {
    config: withText(escapeUnreadable(textOf(join.document)), {
      parked,
      runs: true,
      ownMetrics,
      probe: probeTargetOf(join.root, policy.probeOverride, policy.environment),
      metrics: metricsTargetOf(join.root, policy.environment)?.url,
      flows: expectedFlows(join.root),
      idle: everyPipelineNop(join.root),
      warnings,
      files: [],
    }),
  };
}

function textOf(document: Document): string {
  // Directives end with `---`: without one the printer need not look for tags that they would be written for.
  const directives = document.directives?.docStart === true ? null : false;
  return document.toString({ lineWidth: 0, directives });
}

/** The layers joined; without a join the agent is to be stopped. */
export interface Assembly {
  readonly join: Join | undefined;
  readonly parked: boolean;
  readonly ownMetrics: string | undefined;
  readonly warnings: readonly string[];
}

/**
 * Joins the layers: local base, remote, local over it, protected, then what the supervisor must own. What generates
 * a layer of its own puts it among the local ones at the place that it shall have.
 */
export function assemble(
  sources: Sources,
  policy: RenderPolicy,
): Assembly | { readonly problem: string } {
  const texts = layerTexts(sources);
  const empty = texts.every(({ from }) => from === "us") && sources.remote?.files.length === 0;
  if (empty && policy.attached === undefined) {
    return { join: undefined, parked: false, ownMetrics: undefined, warnings: [] };
  }
  const layers: YamlLayer[] = [];
  const remote = new Set<number>();
  let parked = true;
  for (const { name, text, from } of texts) {
    const layer = parseYamlLayer(name, text);
    if ("problem" in layer) return layer;
    if (layer.root.items.length === 0) continue;
    if (from !== "us") parked = false;
    if (from === "remote") remote.add(layers.length);
    layers.push(layer);
  }
  const join = joinLayers(layers);
  const collisions = collisionsIn(join, remote);
  if (policy.onCollision === "fail" && collisions.length > 0) {
    return { problem: `${collisions.join("; ")} (agent.on_collision is fail)` };
  }
  const own = ownLayer(join.root, { ...sources, probeOverride: policy.probeOverride, parked });
  const warnings = [
    ...(empty ? [notOursToStop] : []),
    ...layers.flatMap((layer) => layer.warnings),
    ...collisions.map((collision) => `${collision}; the last one wins`),
  ];
  return {
    join: addLayer(join, supervisorLayer(own.root)),
    parked,
    ownMetrics: own.ownMetrics,
    warnings,
  };
}

const notOursToStop =
  "the remote configuration is empty, which asks for the agent to be stopped: it is somebody else who runs it (agent.mode: attach), so it idles instead";

function supervisorLayer(root: YamlLayer["root"]): YamlLayer {
  const name = "the supervisor";
  return { name, root, document: emptyDocument(), warnings: [], lineAt: () => undefined };
}

/** Counts up when the same sources give another text. */
const rendererVersion = 4;

/**
 * Tells sources apart without rendering them. Where the address of the health check may hang on the environment there
 * is none, so that it is always looked at anew.
 */
export function sourcesDigest(
  { local, remote, uid, binary, connections = noConnections }: Sources,
  { probeOverride, onCollision, attached }: Omit<RenderPolicy, "environment">,
): string | undefined {
  const written = local.filter(({ forExtension }) => forExtension !== true);
  const texts = [...written, ...(remote?.files ?? [])].map(({ text }) => text);
  if (texts.some((text) => text.includes("${"))) return undefined;
  const { hasHealthCheck, hasNop, hasOpampExtension, resourceForm } = binary;
  const known = [hasHealthCheck, hasNop, hasOpampExtension, resourceForm];
  const facts = [rendererVersion, uid, probeOverride ?? "", ...known];
  if (onCollision === "fail") facts.push("on_collision");
  if (attached !== undefined) facts.push("attached");
  if (connections !== noConnections) facts.push(JSON.stringify(connections));
  const layers = local.map(({ name, place, text }) => [name, place, text]);
  const parts = [facts, layers, remote?.digest ?? ""];
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}

interface LayerText {
  readonly name: string;
  readonly text: string;
  readonly from: "local" | "remote" | "us";
}

function layerTexts({ local, remote, binary }: Sources): readonly LayerText[] {
  const of = (place: LocalLayer["place"]): LayerText[] =>
    local
      .filter((layer) => layer.place === place)
      .filter(({ forExtension }) => forExtension !== true || binary.hasOpampExtension)
      .map(({ name, text, forExtension }) => {
        return { name, text, from: forExtension === true ? "us" : "local" };
      });
  return [...of("base"), ...remoteTexts(remote), ...of("over"), ...of("protected")];
}

/** Remote parts in the order of their names, the empty name last; blank ones say nothing. */
function remoteTexts(remote: RemoteConfig | undefined): readonly LayerText[] {
  const files = (remote?.files ?? []).filter((file) => file.text.trim() !== "");
  const sorted = files.toSorted((a, b) => {
    if (a.name === "" || b.name === "") return a.name === "" ? 1 : -1;
    return a.name < b.name ? -1 : 1;
  });
  return sorted.map((file) => ({
    name: file.name === "" ? "remote configuration" : `remote configuration "${file.name}"`,
    text: file.text,
    from: "remote",
  }));
}

function stopped(): Rendering {
  const nothing = { ownMetrics: undefined, probe: undefined, metrics: undefined, warnings: [] };
  const idle = { parked: false, runs: false, flows: undefined, idle: true, files: [] };
  return { config: withText("", { ...nothing, ...idle }) };
}

type Fields = Omit<RenderedConfig, "hash" | "text" | "effective">;

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
