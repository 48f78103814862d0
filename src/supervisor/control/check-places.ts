import { messageOf } from "../../errors.ts";
import { tryAppending, tryDirectory, tryReplacing } from "../../files/try-writing.ts";
import type { Draft, FoundElsewhere } from "../settings/read/read-settings.ts";
import { lookAtJournal } from "../store/peek-journal.ts";
import { supervisorOn } from "../store/storage-lock.ts";

const directoryKey = "storage.directory";
const configPathKey = "agent.attach.config_path";
const logKey = "telemetry.logs.output_paths";

/** What keeps a supervisor from writing where its settings say; nothing is left of the attempts. */
export function checkPlaces({ settings, sound }: Draft): readonly FoundElsewhere[] {
  const { storage, agent, log } = settings;
  const configPath = agent.attach?.configPath;
  const files = log.outputPaths.filter((path) => path !== "stdout" && path !== "stderr");
  return [
    ...(sound(directoryKey) ? checkStorage(storage) : []),
    ...(configPath !== undefined && sound(configPathKey)
      ? unwritable(configPathKey, tryReplacing(configPath))
      : []),
    ...(sound(logKey) ? files.flatMap((path) => unwritable(logKey, tryAppending(path))) : []),
  ];
}

function checkStorage({
  directory,
  written,
}: Draft["settings"]["storage"]): readonly FoundElsewhere[] {
  const usual = written ? "" : " (the default of storage.directory, which is not set)";
  const fault = tryDirectory(directory);
  if (fault !== undefined) return unwritable(directoryKey, `${fault}${usual}`);
  const unreadable = journalFault(directory);
  if (unreadable !== undefined) return unwritable(directoryKey, unreadable);
  const pid = supervisorOn(directory);
  if (pid === undefined) return [];
  const message = `a supervisor runs there, pid ${pid}: another one would not start; SIGHUP has that one read its settings again`;
  return [{ code: "not-writable", severity: "warning", path: directoryKey, message }];
}

function journalFault(directory: string): string | undefined {
  try {
    lookAtJournal(directory);
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

function unwritable(path: string, message: string | undefined): readonly FoundElsewhere[] {
  return message === undefined ? [] : [{ code: "not-writable", severity: "error", path, message }];
}
