import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { writeFileAtomic } from "../../files/atomic-file.ts";
import { readRegular, readRegularText } from "../../files/regular-file.ts";
import { shownSource } from "../../sources/source.ts";
import type { LocalLayer } from "../../agent-config/config.ts";
import type { AgentSettings } from "../settings/settings.ts";

/** The local layers with what the log should say about them. */
export interface LocalSources {
  readonly layers: readonly LocalLayer[];
  /** A file outside the state directory that is kept equal to `effective.yaml`. */
  readonly mirror: string | undefined;
  readonly notes: readonly string[];
}

/** Reads the operator's own configuration files, or takes over a hand-written `effective.yaml` where none are named. */
export function readLocalSources(
  agent: AgentSettings,
  storageDirectory: string,
  workingDirectory: string,
  firstStart: boolean,
): LocalSources {
  if (agent.configFiles.length > 0) {
    return { layers: namedLayers(agent), mirror: undefined, notes: [] };
  }
  const paths = basePaths(agent, storageDirectory, workingDirectory);
  const base = takeOverBase(paths, storageDirectory, firstStart);
  return { ...base, layers: [...base.layers, ...namedLayers(agent)] };
}

/** The layers that a start would find, read without taking anything over or writing anything. */
export function lookAtLocalSources(
  agent: AgentSettings,
  storageDirectory: string,
  workingDirectory: string,
  firstStart: boolean,
): readonly LocalLayer[] {
  if (agent.configFiles.length > 0) return namedLayers(agent);
  const { written, base, mirror } = basePaths(agent, storageDirectory, workingDirectory);
  const ours = mirror === undefined && !firstStart;
  const found = existsSync(base) ? base : !ours && existsSync(written) ? written : undefined;
  const layers = found === undefined ? [] : [layerOf(found, "base")];
  return [...layers, ...namedLayers(agent)];
}

/** The files that the settings name; words such as `$REMOTE_CONFIG` only mark places among them. */
function namedLayers({
  configFiles,
  protectedConfigFiles,
  startupFallbackConfigs,
  fetchedLayers,
}: AgentSettings): readonly LocalLayer[] {
  const named = (entry: string, place: LocalLayer["place"]): LocalLayer => {
    const text = fetchedLayers.get(entry);
    return text === undefined ? layerOf(entry, place) : { name: shownSource(entry), text, place };
  };
  const remoteAt = configFiles.indexOf("$REMOTE_CONFIG");
  const layers = configFiles
    .map((path, index) => ({ path, over: remoteAt !== -1 && index > remoteAt }))
    .filter(({ path }) => !path.startsWith("$"))
    .map(({ path, over }) => named(path, over ? "over" : "base"));
  return [
    ...layers,
    ...protectedConfigFiles.map((path) => named(path, "protected")),
    ...startupFallbackConfigs.map((path) => named(path, "fallback")),
  ];
}

function layerOf(path: string, place: LocalLayer["place"]): LocalLayer {
  return { name: path, text: readRegularText(path), place };
}

/**
 * A hand-written `effective.yaml` in the working directory becomes the base once; its text is kept as `base.yaml` in
 * the state directory, and the file itself shows the merged configuration from then on.
 */
function takeOverBase(
  { written, effective, base, mirror }: BasePaths,
  storageDirectory: string,
  firstStart: boolean,
): LocalSources {
  if (existsSync(base)) {
    const notes =
      mirror === undefined ? [] : keepHandEdits(mirror, effective, storageDirectory, base);
    return { layers: [layerOf(base, "base")], mirror, notes };
  }
  const ours = mirror === undefined && !firstStart;
  if (ours || !existsSync(written)) return { layers: [], mirror: undefined, notes: [] };
  writeFileAtomic(base, readRegular(written));
  const note = `took ${written} over as the local base; the original is kept as ${base}, the merged configuration is shown in ${written}`;
  return { layers: [layerOf(base, "base")], mirror, notes: [note] };
}

interface BasePaths {
  readonly written: string;
  readonly effective: string;
  readonly base: string;
  /** `written`, where that is not the effective configuration in the state directory itself. */
  readonly mirror: string | undefined;
}

/** What an agent runs with that was there before us becomes the base, so that its data goes on flowing. */
function basePaths(
  { attach }: AgentSettings,
  storageDirectory: string,
  workingDirectory: string,
): BasePaths {
  const own = join(storageDirectory, "effective.yaml");
  const written =
    attach?.configPath ??
    (attach === undefined ? resolve(workingDirectory, "effective.yaml") : own);
  const effective = attach === undefined ? own : written;
  const base = join(storageDirectory, "base.yaml");
  return { written, effective, base, mirror: written === resolve(effective) ? undefined : written };
}

/** What somebody wrote into the shown file since is not lost when the file is written again. */
function keepHandEdits(
  mirror: string,
  effective: string,
  storageDirectory: string,
  base: string,
): readonly string[] {
  if (!existsSync(mirror) || !existsSync(effective)) return [];
  if (readRegularText(mirror) === readRegularText(effective)) return [];
  const kept = join(storageDirectory, "effective.edited.yaml");
  writeFileAtomic(kept, readRegular(mirror));
  return [
    `${mirror} was changed by hand; it only shows the merged configuration, so the change has no effect and is kept as ${kept}; edit ${base} instead`,
  ];
}
