import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { RemoteConfig, RemoteFile } from "../../agent-config/config.ts";
import { writeFileAtomic } from "../../files/atomic-file.ts";
import { clearWay } from "../../files/own-file.ts";
import { namesOrNothing, textOrNothing } from "../../files/read-if-there.ts";
import type { WallTime } from "../core/state/time.ts";
import { makePrivate } from "./storage-directory.ts";

/** An offer that was refused or taken back, as it is kept for a person to look at. */
export interface RefusedOffer {
  /** Opaque, hex. */
  readonly hash: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly why: string;
  readonly files: readonly RemoteFile[];
}

/** The last ones are kept, and none that is larger. */
const keptOffers = 3;
const maxCharacters = 8 * 1024 * 1024;

interface Header extends Omit<RefusedOffer, "files"> {
  readonly files: readonly { readonly name: string; readonly length: number }[];
}

const title = "# An offer that this supervisor did not take; the next line is for opampsupervisor.";

/** The folder in a storage directory. */
export function refusedDirectory(directory: string): string {
  return join(directory, "refused");
}

/** Keeps an offer, in place of the oldest one where there are too many. Throws where that cannot be done. */
export function keepRefused(
  directory: string,
  { remote, why }: { readonly remote: RemoteConfig; readonly why: string },
  { unixMs }: WallTime,
): void {
  const folder = refusedDirectory(directory);
  const size = remote.files.reduce((sum, { text }) => sum + text.length, 0);
  if (size > maxCharacters) throw new Error(`it has ${size} characters, more than are kept`);
  makePrivate(folder);
  const header: Header = {
    ...{ hash: remote.hash, at: Math.round(unixMs), why },
    files: remote.files.map(({ name, text }) => ({ name, length: text.length })),
  };
  const reason = why.split("\n").map((line) => `# ${line}`);
  const bodies = remote.files.map(({ text }) => text).join(separator);
  const head = [title, `# ${JSON.stringify(header)}`, ...reason].join("\n");
  const path = join(folder, fileName(remote));
  clearWay(path);
  writeFileAtomic(path, `${head}${beginning}${bodies}`);
  prune(folder);
}

/** A line of its own in front of the first text, and another one between two. */
const beginning = "\n#\n";
const separator = "\n---\n";

/** A hash is what a server makes of it: one that is no name of a file is replaced by our own. */
function fileName({ hash, digest }: Pick<RemoteConfig, "hash" | "digest">): string {
  return `${/^[0-9a-f]{1,128}$/.test(hash) ? hash : digest}.yaml`;
}

function prune(folder: string): void {
  const all = offersIn(folder);
  for (const { path } of all.slice(keptOffers)) rmSync(path, { force: true });
  const known = new Set(all.map(({ path }) => path));
  // What is no offer is half of one, of a supervisor that was killed.
  for (const name of readdirSync(folder).filter((each) => each.endsWith(".tmp"))) {
    if (!known.has(join(folder, name))) rmSync(join(folder, name), { force: true });
  }
}

/** What lies there, newest first. */
function offersIn(
  folder: string,
): readonly { readonly path: string; readonly offer: RefusedOffer }[] {
  const names = namesOrNothing(folder).filter((name) => name.endsWith(".yaml"));
  const found = names.flatMap((name) => {
    const path = join(folder, name);
    const offer = readRefused(textOrNothing(path));
    return offer === undefined ? [] : [{ path, offer }];
  });
  return found.toSorted((a, b) => b.offer.at - a.offer.at);
}

/** The refused offer whose hash begins so, the newest without one; undefined where there is none. */
export function lookAtRefused(directory: string, hash = ""): RefusedOffer | undefined {
  return offersIn(refusedDirectory(directory)).find(({ offer }) => offer.hash.startsWith(hash))
    ?.offer;
}

/** Undefined of a text that is not as it was written. */
function readRefused(text: string): RefusedOffer | undefined {
  if (!text.startsWith(`${title}\n# `)) return undefined;
  try {
    const line = text.slice(title.length + 3, text.indexOf("\n", title.length + 3));
    const { hash, at, why, files } = JSON.parse(line) as Header;
    let from = text.indexOf(beginning, title.length) + beginning.length;
    const parts = files.map(({ name, length }) => {
      const part = { name, text: text.slice(from, from + length) };
      from += length + separator.length;
      return part;
    });
    return { hash, at, why, files: parts };
  } catch {
    // Somebody has edited it: then it is only a file.
    return undefined;
  }
}
