import { rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { endLeftCommands } from "../../processes/left-commands.ts";
import { namesOrNothing } from "../../files/read-if-there.ts";

/** What questions to the binary are asked with. */
const scratch = /^(?:candidate-\d+|resource-form|command-(?:form|text)-\d+)\.yaml(?:-[a-z]+)?$/;

/** What `files/atomic-file.ts` writes before the name becomes the real one. */
const halfWritten = /\.\d+\.tmp$/;

/**
 * Removes what an earlier supervisor left half done that was killed: only for who holds the directory's lock. On a shared
 * volume only what is beside `effectivePath` under its own name.
 */
export function clearLeftOver(directory: string, effectivePath: string): void {
  const isOurs = (name: string): boolean => halfWritten.test(name) || scratch.test(name);
  const besideShared = (name: string): boolean =>
    name.startsWith(basename(effectivePath)) && halfWritten.test(name);
  // A question that was never answered leaves its file, and maybe the process that still looks at it.
  const asked = namesOrNothing(directory).filter((name) => scratch.test(name));
  endLeftCommands(asked.map((name) => join(directory, name)));
  clear(directory, isOurs);
  clear(join(directory, "generations"), isOurs);
  clear(dirname(effectivePath), besideShared);
  for (const version of versionsIn(join(directory, "packages"))) clear(version, isHalfWritten);
}

const isHalfWritten = (name: string): boolean => halfWritten.test(name);

/** Ours is what lies beside the unpacked files, never what is in them. */
function versionsIn(packages: string): readonly string[] {
  return namesOrNothing(packages)
    .map((name) => join(packages, name))
    .flatMap((folder) => namesOrNothing(folder).map((version) => join(folder, version)));
}

function clear(folder: string, isLeftOver: (name: string) => boolean): void {
  for (const name of namesOrNothing(folder).filter(isLeftOver)) {
    try {
      rmSync(join(folder, name), { force: true, recursive: true });
    } catch {
      // It harms nothing: a disk that takes no change is no reason not to start.
    }
  }
}
