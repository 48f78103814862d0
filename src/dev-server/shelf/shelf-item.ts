/** `program`: the collector itself, of which an agent has one; `addon`: files beside it. */
export type ShelfKind = "program" | "addon";

/** One version of a package, as it lies in the folder. */
export interface ShelfItem {
  /** Empty for the program whose folder has no name of its own. */
  readonly name: string;
  readonly kind: ShelfKind;
  readonly version: string;
  readonly fileName: string;
  readonly bytes: number;
  /** 64 hexadecimal digits. */
  readonly sha256: string;
  /** Ed25519, 64 bytes. */
  readonly signature: Uint8Array;
  /** Where it is downloaded from, without the host; the hash is in it, so that other content has another address. */
  readonly urlPath: string;
  /** Absolute. */
  readonly path: string;
  /** Changes with every change of the file. */
  readonly stamp: string;
}

/** What a folder with packages holds. */
export interface ShelfContent {
  /** In order of kind, name and version. */
  readonly items: readonly ShelfItem[];
  /** What cannot be offered and why, in sentences. */
  readonly problems: readonly string[];
}
