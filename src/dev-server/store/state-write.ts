/** One thing to keep. */
export interface StateWrite {
  readonly kind: string;
  readonly key: string;
  /** Made when it is written, where it costs something to make; undefined: it is kept no longer. */
  readonly value: object | (() => object) | undefined;
  /** It is to be on the disk before anything is said that follows from it. */
  readonly first?: boolean;
  /** A kind that has to be there with the same key, else this says nothing: it goes first with this where it is new. */
  readonly needs?: string;
}

/** One kept thing. */
export interface StateEntry {
  readonly kind: string;
  readonly key: string;
  readonly value: unknown;
}

/** What is to be written. */
export function valueOf(value: StateWrite["value"]): object | undefined {
  // What functions give back is all that can be called here.
  return typeof value === "function" ? (value as () => object)() : value;
}
