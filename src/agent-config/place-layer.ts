import { telemetryName } from "./telemetry-layer.ts";
import type { LocalLayer } from "./config.ts";

/** A layer that stands where a word stands among the paths of `config_files`; undefined where the word is missing. */
export function withLayerAt(
  layers: readonly LocalLayer[],
  configFiles: readonly string[],
  word: string,
  layer: Omit<LocalLayer, "place">,
): readonly LocalLayer[] | undefined {
  const at = configFiles.indexOf(word);
  if (at === -1) return undefined;
  const remoteAt = configFiles.indexOf("$REMOTE_CONFIG");
  const place = remoteAt !== -1 && at > remoteAt ? "over" : "base";
  const behind = configFiles.slice(at).filter((path) => !path.startsWith("$"));
  const first = layers.findIndex(({ name }) => name === behind[0]);
  const others = layers.findIndex(
    (each) => each.place === "protected" || each.place === "fallback",
  );
  const end = others === -1 ? layers.length : others;
  return layers.toSpliced(first === -1 ? end : first, 0, { ...layer, place });
}

/** Keeps the place for own telemetry where `config_files` names it; it is below all other layers elsewhere. */
export function withTelemetryPlace(
  layers: readonly LocalLayer[],
  configFiles: readonly string[],
): readonly LocalLayer[] {
  const layer = { name: telemetryName, text: "", forTelemetry: true } as const;
  return withLayerAt(layers, configFiles, "$OWN_TELEMETRY_CONFIG", layer) ?? layers;
}
