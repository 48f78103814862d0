/** What a key of supervisor.yaml is for. */
export interface KeyText {
  /** One or two sentences that can be read alone. */
  readonly says: string;
  /** What holds when the key is not written, in words: where there is no fixed value, or it says more than one. */
  readonly usual?: string;
  /** A value as it is written in the file. */
  readonly example?: unknown;
}

/** Texts by dotted path, of keys and of the sections that they stand in; a text alone is what it says. */
export type TextTable = Readonly<Record<string, string | KeyText>>;

/** A table moved below a path. */
export function textsBelow(prefix: string, table: TextTable): TextTable {
  return Object.fromEntries(
    Object.entries(table).map(([path, text]) => [`${prefix}.${path}`, text]),
  );
}
