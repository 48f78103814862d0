import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { delimiter, isAbsolute, join } from "node:path";
import type { CollectorOptions } from "./options.ts";

/** Every executable file of that name in the directories of `$PATH`, in their order. */
export async function searchPath(name: string, options: CollectorOptions): Promise<string[]> {
  const directories = (options.environment.get("PATH") ?? "").split(delimiter);
  const found: string[] = [];
  // A relative entry would mean something else in each working directory.
  for (const directory of directories.filter(isAbsolute)) {
    const file = join(directory, name);
    if (!found.includes(file) && (await executable(file))) found.push(file);
  }
  return found;
}

async function executable(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return (await stat(file)).isFile();
  } catch {
    // Most directories of a search path do not have the name; that is no failure.
    return false;
  }
}
