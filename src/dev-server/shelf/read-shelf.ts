import { createHash, sign, type KeyObject } from "node:crypto";
import { lstat } from "node:fs/promises";
import { messageOf, systemCodeOf } from "../../errors.ts";
import { statementBytes } from "../../packages/trust/statement.ts";
import { openPlainFile, readUnchanged, stampOf } from "./shelf-file.ts";
import { findPlaces, type ShelfPlace } from "./shelf-folders.ts";
import type { ShelfContent, ShelfItem } from "./shelf-item.ts";

/** A file that was written to so shortly before may be written to still. */
const restMs = 2_000;

/** Reads the folder; what is known from before and has not changed is not hashed again. */
export async function readShelf(
  directory: string,
  before: ShelfContent,
  privateKey: KeyObject,
): Promise<ShelfContent> {
  const { places, problems } = await findPlaces(directory);
  const known = new Map(before.items.map((item) => [item.path, item]));
  const items: ShelfItem[] = [];
  const faults: string[] = [];
  // One after the other: many big files at once would only make the disk slower.
  for (const place of places) {
    const read = await readPlace(place, known.get(place.path), privateKey);
    if (typeof read === "string") faults.push(`${wordsFor(place)}: ${read}`);
    else if (read !== undefined) items.push(read);
  }
  return { items: items.toSorted(inOrder), problems: [...problems, ...faults].sort() };
}

/** The item, or why there is none; undefined: the file has gone meanwhile. */
async function readPlace(
  place: ShelfPlace,
  known: ShelfItem | undefined,
  privateKey: KeyObject,
): Promise<ShelfItem | string | undefined> {
  try {
    const stats = await lstat(place.path, { bigint: true });
    if (known?.stamp === stampOf(stats)) return known;
    if (stats.size === 0n) return "the file is empty";
    const restsMs = Math.abs(Date.now() - Number(stats.mtimeMs));
    if (restsMs < restMs) return "the file is still being written";
    return await hashPlace(place, privateKey);
  } catch (error) {
    return systemCodeOf(error) === "ENOENT" ? undefined : messageOf(error);
  }
}

async function hashPlace(place: ShelfPlace, privateKey: KeyObject): Promise<ShelfItem> {
  const { handle, stats } = await openPlainFile(place.path);
  try {
    const [stamp, bytes] = [stampOf(stats), Number(stats.size)];
    const hash = createHash("sha256");
    for await (const piece of readUnchanged(handle, stamp, 0, bytes)) hash.update(piece);
    const sha256 = hash.digest("hex");
    const { name, version, fileName } = place;
    const signature = sign(null, statementBytes({ name, version, sha256 }), privateKey);
    const urlPath = `/packages/${sha256}/${encodeURIComponent(fileName)}`;
    return { ...place, bytes, sha256, signature, urlPath, stamp };
  } finally {
    await handle.close();
  }
}

function wordsFor({ name, version, kind }: ShelfPlace): string {
  const folder = [...(kind === "addon" ? ["addons"] : []), name, version];
  return folder.filter((part) => part !== "").join("/");
}

const numbersAsNumbers = new Intl.Collator("en", { numeric: true });

/** Programs first, the newest version of each name first. */
function inOrder(a: ShelfItem, b: ShelfItem): number {
  if (a.kind !== b.kind) return a.kind === "program" ? -1 : 1;
  if (a.name !== b.name) return a.name < b.name ? -1 : 1;
  return numbersAsNumbers.compare(b.version, a.version);
}
