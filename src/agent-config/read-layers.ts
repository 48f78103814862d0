import type { LocalLayer, RemoteConfig, BinaryFacts } from "./config.ts";
import type { Connections } from "./connections.ts";
import { telemetryName } from "./telemetry-layer.ts";
import { type YamlLayer, parseYamlLayer, emptyDocument } from "./yaml/read-layer.ts";

/** One text that a configuration is made of, with words that say who wrote it. */
interface LayerText {
  readonly name: string;
  readonly text: string;
  readonly from: "local" | "remote" | "protected" | "us";
}

/** The texts in their order; later ones win. A place for own telemetry is always among them. */
export function layerTexts({ local, remote, binary }: Sources): readonly LayerText[] {
  const of = (place: LocalLayer["place"]): LayerText[] =>
    local
      .filter((layer) => layer.place === place)
      .filter(({ forExtension }) => forExtension !== true || binary.hasOpampExtension)
      .map(({ name, text, forExtension, forTelemetry }) => {
        const ours = forExtension === true || forTelemetry === true;
        return { name, text, from: ours ? "us" : place === "protected" ? place : "local" };
      });
  const placed = local.some(({ forTelemetry }) => forTelemetry === true);
  const lowest: LayerText[] = placed ? [] : [{ name: telemetryName, text: "", from: "us" }];
  return [...lowest, ...of("base"), ...remoteTexts(remote), ...of("over"), ...of("protected")];
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

/** The layers that say something, in their order. */
export interface Layers {
  readonly layers: readonly YamlLayer[];
  /** Indexes of those that are parts of the remote configuration. */
  readonly remote: ReadonlySet<number>;
  /** Index of the first one that no server may change. */
  readonly protectedAt: number;
  readonly parked: boolean;
}

/** Reads the texts; what is made for own telemetry takes the place that is kept for it. */
export function readLayers(
  texts: readonly LayerText[],
  telemetry: YamlLayer["root"],
): Layers | { readonly problem: string } {
  const layers: YamlLayer[] = [];
  const remote = new Set<number>();
  let parked = true;
  let protectedAt = 0;
  for (const { name, text, from } of texts) {
    const made = name === telemetryName && from === "us";
    const layer = made ? madeLayer(name, telemetry) : parseYamlLayer(name, text);
    if ("problem" in layer) return layer;
    if (layer.root.items.length === 0) continue;
    if (from !== "us") parked = false;
    if (from === "remote") remote.add(layers.length);
    layers.push({ ...layer, ours: from === "us", remote: from === "remote" });
    if (from !== "protected") protectedAt = layers.length;
  }
  return { layers, remote, protectedAt, parked };
}

/** A layer that the program itself makes, without a text behind it. */
export function madeLayer(name: string, root: YamlLayer["root"]): YamlLayer {
  const document = emptyDocument();
  document.contents = root;
  return { name, root, document, warnings: [], lineAt: () => undefined, ours: true };
}

/** Everything that a configuration is made of. */
export interface Sources {
  readonly local: readonly LocalLayer[];
  readonly remote: RemoteConfig | undefined;
  readonly uid: string;
  readonly binary: BinaryFacts;
  /** None when missing. */
  readonly connections?: Connections;
}
