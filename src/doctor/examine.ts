import { resolve } from "node:path";
import { checkPlaces } from "../supervisor/control/check-places.ts";
import { readWithSources } from "../supervisor/settings/read/read-with-sources.ts";
import type { Settings } from "../supervisor/settings/settings.ts";
import { lookAtKept } from "./edges/kept-facts.ts";
import { lookAtStorage } from "./edges/storage-facts.ts";
import { currentUser, ownerOf, userName } from "./edges/user-facts.ts";
import { type Finding, fine, shown } from "./judge/finding.ts";
import { judgeFound, judgeSettings } from "./judge/judge-settings.ts";
import { type StorageFacts, judgeStorage } from "./judge/judge-storage.ts";
import { limited } from "./limited.ts";
import { type Scene, looksAt } from "./looks.ts";

/** The machine as whoever examines it is placed. */
export interface Place {
  readonly environment: ReadonlyMap<string, string>;
  readonly workingDirectory: string;
}

/** All findings, and what they come to. */
export interface Examination {
  readonly file: string;
  readonly findings: readonly Finding[];
  /** False: supervisor.yaml itself cannot be used, so that little else could be looked at. */
  readonly usable: boolean;
  /** Something that did not end in time still goes on. */
  readonly unfinished: boolean;
  readonly tookMs: number;
}

const storageLimitMs = 3_000;

/**
 * Looks at everything that a supervisor needs of this machine and of its server, side by side and with a limit for each
 * look, and changes nothing.
 */
export async function examine(file: string, place: Place): Promise<Examination> {
  const began = performance.now();
  const { settings, draft, problems } = await readWithSources(file, place);
  const mistakes = judgeSettings(file, problems);
  const end = (findings: readonly Finding[], unfinished: boolean): Examination => ({
    file,
    findings: [...mistakes, ...findings].map(shown),
    usable: settings !== undefined,
    unfinished,
    tookMs: Math.round(performance.now() - began),
  });
  if (settings === undefined) {
    const places =
      draft === undefined ? [] : judgeFound("storage.rights", file, checkPlaces(draft));
    return end(places, false);
  }
  // A file system that hangs would hold up whatever else touches it, and nothing can end that.
  let facts: StorageFacts | undefined;
  const storage = await limited("storage", storageLimitMs, async () => {
    facts = await lookAtStorage(settings.storage.directory);
    return [];
  });
  if (facts === undefined) return end(storage.findings, storage.unfinished);
  const scene = sceneOf(file, place, settings);
  const found =
    draft === undefined ? [] : checkPlaces(draft).filter(({ severity }) => severity === "error");
  const places = [
    ...judgeStorage(facts, scene.people),
    ...judgeFound("storage.rights", file, found),
  ];
  const rights =
    found.length > 0
      ? []
      : [fine("storage.rights", `${scene.people.name} may write wherever the settings say`)];
  const results = await Promise.all(
    looksAt(scene).map(({ check, limitMs, look }) => limited(check, limitMs, look)),
  );
  const rest = results.flatMap(({ findings }) => findings);
  return end(
    [...places, ...rights, ...rest],
    results.some(({ unfinished }) => unfinished),
  );
}

function sceneOf(
  file: string,
  { environment, workingDirectory }: Place,
  settings: Settings,
): Scene {
  const kept = lookAtKept(settings);
  const pid = kept.supervisorPid;
  const supervisor = pid === undefined ? undefined : { pid, uid: ownerOf(pid) };
  return {
    file: resolve(workingDirectory, file),
    environment,
    workingDirectory,
    settings,
    kept,
    people: { ...currentUser(), supervisor, nameOf: userName },
  };
}
