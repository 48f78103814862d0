import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { writeFileAtomic } from "./atomic-file.ts";
import type { LocalLayer } from "./core/state.ts";
import type { AgentSettings } from "./settings.ts";

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
  const own = agent.protectedConfigFiles.map((path) => layerOf(path, "protected"));
  if (agent.configFiles.length === 0) {
    const base = takeOverBase(storageDirectory, workingDirectory, firstStart);
    return { ...base, layers: [...base.layers, ...own] };
  }
  const remoteAt = agent.configFiles.indexOf("$REMOTE_CONFIG");
  const layers = agent.configFiles
    .map((path, index) => ({ path, over: remoteAt !== -1 && index > remoteAt }))
    .filter(({ path }) => !path.startsWith("$"))
    .map(({ path, over }) => layerOf(path, over ? "over" : "base"));
  return { layers: [...layers, ...own], mirror: undefined, notes: [] };
}

function layerOf(path: string, place: LocalLayer["place"]): LocalLayer {
  return { name: path, text: readFileSync(path, "utf8"), place };
}

/**
 * A hand-written `effective.yaml` in the working directory becomes the base once; its text is kept as `base.yaml` in
 * the state directory, and the file itself shows the merged configuration from then on.
 */
function takeOverBase(
  storageDirectory: string,
  workingDirectory: string,
  firstStart: boolean,
): LocalSources {
  const written = resolve(workingDirectory, "effective.yaml");
  const effective = join(storageDirectory, "effective.yaml");
  const base = join(storageDirectory, "base.yaml");
  const mirror = written === resolve(effective) ? undefined : written;
  if (existsSync(base)) {
    const notes =
      mirror === undefined ? [] : keepHandEdits(mirror, effective, storageDirectory, base);
    return { layers: [layerOf(base, "base")], mirror, notes };
  }
  const ours = mirror === undefined && !firstStart;
  if (ours || !existsSync(written)) return { layers: [], mirror: undefined, notes: [] };
  writeFileAtomic(base, readFileSync(written));
  const note = `took ${written} over as the local base; the original is kept as ${base}, the merged configuration is shown in ${written}`;
  return { layers: [layerOf(base, "base")], mirror, notes: [note] };
}

/** What somebody wrote into the shown file since is not lost when the file is written again. */
function keepHandEdits(
  mirror: string,
  effective: string,
  storageDirectory: string,
  base: string,
): readonly string[] {
  if (!existsSync(mirror) || !existsSync(effective)) return [];
  if (readFileSync(mirror, "utf8") === readFileSync(effective, "utf8")) return [];
  const kept = join(storageDirectory, "effective.edited.yaml");
  writeFileAtomic(kept, readFileSync(mirror));
  return [
    `${mirror} was changed by hand; it only shows the merged configuration, so the change has no effect and is kept as ${kept}; edit ${base} instead`,
  ];
}
