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
}

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
  const { file, surroundings, askHost, log, take } = following;
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
  };
  const readAgain = (): void => {
    if (ended) return;
    readNow().catch((error: unknown) => {
      log.error({ reason: messageOf(error) }, "the settings could not be read again");
    });
  };
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
      endWatch();
    },
  };
}

/** What is read again, as far as it may be mounted. */
function filesOf(file: string, workingDirectory: string, { agent }: Settings): readonly string[] {
  const { configFiles, protectedConfigFiles, startupFallbackConfigs } = agent;
  const layers = [...configFiles, ...protectedConfigFiles, ...startupFallbackConfigs];
  const paths = [file, ...layers].filter((path) => !isSource(path));
  return paths.map((path) => resolve(workingDirectory, path.replace(/^file:(\/\/)?/, "")));
}
