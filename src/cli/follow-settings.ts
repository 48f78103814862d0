import { resolve } from "node:path";
import { messageOf } from "../errors.ts";
import { isSource } from "../sources/source.ts";
import type { Logger } from "../supervisor/log/log.ts";
import type { SettingsResult } from "../supervisor/settings/read/read-settings.ts";
import { readWithSources } from "../supervisor/settings/read/read-with-sources.ts";
import type { Settings } from "../supervisor/settings/settings.ts";
import type { CliSurroundings } from "./surroundings.ts";
import { watchMounts } from "./watch-mounts.ts";
import type { hostAsker } from "./with-host.ts";

/** Where settings are read again from, and who gets them. */
interface Following {
  readonly file: string;
  readonly surroundings: CliSurroundings;
  readonly askHost: ReturnType<typeof hostAsker>;
  readonly log: Logger;
  readonly take: (read: SettingsResult) => Promise<void>;
  /** Keeps what is in these files for a start at which they are gone. */
  readonly keepCopies: (files: readonly string[]) => void;
}

/** A start has more to do at first. */
const copiesAfterMs = 5_000;

/** Settings that may be read again. */
interface FollowedSettings {
  readonly readAgain: () => void;
  /** Nothing is read any more, and what is being read is not taken over. */
  readonly end: () => void;
}

/**
 * Reads the settings again when it is asked to, and when kubelet has mounted them anew. Of several that are read at a time
 * the one counts that was begun last.
 */
export function followSettings(first: Settings, following: Following): FollowedSettings {
  const { file, surroundings, askHost, log, take, keepCopies } = following;
  const { workingDirectory } = surroundings;
  let named = filesOf(file, workingDirectory, first);
  let newest = 0;
  let ended = false;
  const readNow = async (): Promise<void> => {
    const number = (newest += 1);
    const read = await readWithSources(file, surroundings);
    const asked = read.settings && (await askHost(read.settings));
    if (number !== newest || ended) return;
    for (const note of [...read.notes, ...(asked?.notes ?? [])]) log.warn(note);
    if (asked !== undefined) named = filesOf(file, workingDirectory, asked.settings);
    await take({ ...read, settings: asked?.settings });
    if (asked !== undefined) keepCopies(layersOf(asked.settings, workingDirectory));
  };
  const readAgain = (): void => {
    if (ended) return;
    readNow().catch((error: unknown) => {
      log.error({ reason: messageOf(error) }, "the settings could not be read again");
    });
  };
  const copying = setTimeout(() => keepCopies(layersOf(first, workingDirectory)), copiesAfterMs);
  copying.unref();
  const endWatch = watchMounts(
    () => named,
    () => {
      log.info("a mounted ConfigMap or Secret has changed");
      readAgain();
    },
  );
  return {
    readAgain,
    end: () => {
      ended = true;
      clearTimeout(copying);
      endWatch();
    },
  };
}

/** What is read again, as far as it may be mounted. */
function filesOf(file: string, workingDirectory: string, settings: Settings): readonly string[] {
  const own = isSource(file) ? [] : [resolve(workingDirectory, file.replace(/^file:(\/\/)?/, ""))];
  return [...own, ...layersOf(settings, workingDirectory)];
}

function layersOf({ agent }: Settings, workingDirectory: string): readonly string[] {
  const { configFiles, protectedConfigFiles, startupFallbackConfigs } = agent;
  const layers = [...configFiles, ...protectedConfigFiles, ...startupFallbackConfigs];
  const paths = layers.filter((path) => !isSource(path) && !path.startsWith("$"));
  return paths.map((path) => resolve(workingDirectory, path.replace(/^file:(\/\/)?/, "")));
}
