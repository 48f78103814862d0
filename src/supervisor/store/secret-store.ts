import { rmSync, mkdirSync, chmodSync, lstatSync } from "node:fs";
import { join } from "node:path";
import { writeFileAtomic } from "../../files/atomic-file.ts";
import { clearWay } from "../../files/own-file.ts";
import { clearFile } from "./storage-directory.ts";
import { namesOrNothing, textIfThere } from "../../files/read-if-there.ts";
import type { KillPoint } from "../../files/kill-point.ts";
import type { SecretFile } from "../../agent-config/config.ts";

/** Files that configurations refer to; each is written once and never changed. */
interface SecretStore {
  /** Writes what a candidate needs, before anything refers to it. */
  readonly keep: (candidate: number, files: readonly SecretFile[]) => void;
  /** Makes the directory where it is missing. */
  readonly makeDirectory: () => void;
  /** Candidates up to this one are generations now, or given up. */
  readonly settle: (candidate: number) => void;
  /** Removes what neither a candidate nor one of these generations needs; texts are asked for only where it matters. */
  readonly prune: (generations: readonly number[], textOf: (number: number) => string) => void;
}

/** The files of so many candidates are kept, the newest ones: no more are validated at a time. */
const candidatesKept = 4;

/** Opens the directory, which is made when something is to be put into it. */
export function openSecretStore(directory: string, mode: number, passing: KillPoint): SecretStore {
  const needed = new Map<number, readonly string[]>();
  const known = new Map<number, ReadonlySet<string>>();
  return {
    keep: (candidate, files) => {
      if (files.length === 0) return;
      needed.set(
        candidate,
        files.map(({ name }) => name),
      );
      for (const number of [...needed.keys()].slice(0, -candidatesKept)) needed.delete(number);
      make(directory, mode);
      for (const { name, text } of files) {
        const path = join(directory, name);
        if (!holds(path, text)) {
          clearWay(path);
          writeFileAtomic(path, text, passing, mode);
        }
      }
      passing("secrets kept");
    },
    makeDirectory: () => make(directory, mode),
    settle: (candidate) => {
      for (const number of [...needed.keys()]) if (number <= candidate) needed.delete(number);
    },
    prune: (generations, textOf) => {
      const present = filesIn(directory);
      if (present.length === 0) return;
      for (const number of known.keys()) if (!generations.includes(number)) known.delete(number);
      for (const number of generations) {
        if (!known.has(number)) known.set(number, new Set(textOf(number).match(names)));
      }
      const used = new Set([...needed.values()].flat());
      for (const name of present) {
        const kept = used.has(name) || [...known.values()].some((text) => text.has(name));
        if (!kept) rmSync(join(directory, name), { force: true });
      }
    },
  };
}

/** A file that somebody has changed since would be another secret. */
function holds(path: string, text: string): boolean {
  try {
    return textIfThere(path) === text;
  } catch {
    // It cannot be read: it is written again.
    return false;
  }
}

const names = /[0-9a-f]{24}\.(?:txt|pem)/g;

/** Ours only, with what a kill has left half written: on a shared volume there may be others. */
function filesIn(directory: string): readonly string[] {
  return namesOrNothing(directory).filter((name) =>
    /^[0-9a-f]{24}\.(?:txt|pem)(?:\.\d+\.tmp)?$/.test(name),
  );
}

/** Whoever may read the files may look into the directory. */
function make(directory: string, mode: number): void {
  // A link would lead our secrets to where somebody else wants them.
  if (lstatSync(directory, { throwIfNoEntry: false })?.isDirectory() === true) return;
  clearFile(directory);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  chmodSync(directory, 0o700 | ((mode & 0o444) >> 2) | (mode & 0o044));
}
