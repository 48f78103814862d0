import type { Shelf } from "../shelf/shelf.ts";
import type { ShelfKind } from "../shelf/shelf-item.ts";

/*
 * The body of POST /api/agents/<uid>/packages and POST /api/packages: {"name": text, "version": text}; the version null
 * withdraws the package.
 */

/** The folder with packages, for the page; nothing of the private key is in it. */
export interface ShelfView {
  readonly directory: string;
  readonly publicKey: string;
  readonly items: readonly {
    readonly name: string;
    readonly kind: ShelfKind;
    readonly version: string;
    readonly fileName: string;
    readonly bytes: number;
    readonly sha256: string;
  }[];
  readonly problems: readonly string[];
}

/** What a person chose; `version` undefined: the package is to be offered no longer. */
interface PackageChoice {
  readonly name: string;
  readonly version: string | undefined;
}

/** The folder as plain values. */
export function viewShelf(shelf: Shelf): ShelfView {
  const { directory, publicKey } = shelf;
  const { items, problems } = shelf.content();
  return {
    directory,
    publicKey,
    items: items.map(({ name, kind, version, fileName, bytes, sha256 }) => {
      return { name, kind, version, fileName, bytes, sha256 };
    }),
    problems,
  };
}

/** Reads the body, or says what was expected. */
export function readChoice(body: unknown): PackageChoice | string {
  const expected = 'expected {"name": text, "version": text or null}';
  if (typeof body !== "object" || body === null) return expected;
  if (!("name" in body) || typeof body.name !== "string" || !("version" in body)) return expected;
  const { name, version } = body;
  if (version === null) return { name, version: undefined };
  return typeof version === "string" ? { name, version } : expected;
}
