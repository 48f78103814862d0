// Whether node_modules has what package-lock.json names, without npm, which would take seconds of each start to say so.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Whether the packages of the lock file in a folder are installed there: noted by npm's last install, and not removed since. */
export function isInstalled(folder) {
  const wanted = packagesIn(join(folder, "package-lock.json"));
  const noted = packagesIn(join(folder, "node_modules/.package-lock.json"));
  if (wanted === undefined || noted === undefined) return false;
  return Object.entries(wanted)
    .filter(([path]) => path !== "")
    .every(([path, about]) =>
      noted[path]
        ? noted[path].version === about?.version && existsSync(join(folder, path, "package.json"))
        : mayBeMissing(about),
    );
}

function packagesIn(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8"))?.packages ?? undefined;
  } catch {
    // There is none, or it was cut off: npm makes it anew.
    return undefined;
  }
}

/** True of what npm leaves out: packages for other machines, and what only these need, which does not say so itself. */
function mayBeMissing(about) {
  if (!about?.optional) return false;
  const { os, cpu, libc } = about;
  // Which libc is here is not asked: each machine has packages that do not depend on it.
  if (libc !== undefined || (os === undefined && cpu === undefined)) return true;
  return !(fits(os, process.platform) && fits(cpu, process.arch));
}

/** As npm reads such a list: names, or names that are excluded. */
function fits(names, here) {
  if (names === undefined || names.includes(here)) return true;
  return names.every((name) => name.startsWith("!")) && !names.includes(`!${here}`);
}
