/** Where a value stands in supervisor.yaml, and whether it came from elsewhere. */
export interface Origin {
  /** Offsets into the text of supervisor.yaml. A value from a variable has the place of its `${…}`. */
  readonly start: number;
  readonly end: number;
  /** The `${…}` that the value came from, for messages: such a value is never quoted. */
  readonly from: string | undefined;
  /** Where the value begins, if more is written there than the name of one reference: that may be a secret. */
  readonly own?: number;
}

export interface ScalarNode extends Origin {
  readonly kind: "scalar";
  readonly value: string | number | boolean | null;
  /** What a variable or file said, letter by letter: a key that wants text takes this. */
  readonly text: string | undefined;
}

interface ListNode extends Origin {
  readonly kind: "list";
  readonly items: readonly SettingNode[];
  readonly text: string | undefined;
}

interface MapNode extends Origin {
  readonly kind: "map";
  readonly entries: ReadonlyMap<string, Entry>;
  readonly text: string | undefined;
}

/** A value of supervisor.yaml with variables expanded, aliases and `<<` resolved, and its place kept. */
export type SettingNode = ScalarNode | ListNode | MapNode;

/** A key of a map: its own place, for problems about the key itself, and its value. */
export interface Entry {
  readonly keyStart: number;
  readonly node: SettingNode;
}

/** True of a value that says nothing: the default stays, as if the key had not been written. */
export function isNull(node: SettingNode): boolean {
  return node.kind === "scalar" && node.value === null;
}

/** A plain value as text, letter by letter where it came from elsewhere; undefined of anything else. */
export function scalarText(node: SettingNode): string | undefined {
  if (node.text !== undefined) return node.text;
  return node.kind === "scalar" && node.value !== null ? String(node.value) : undefined;
}

/** What kind of value this is, in the words that problems use. */
export function kindOf(node: SettingNode): string {
  if (node.kind === "map") return "a map";
  if (node.kind === "list") return "a list";
  if (node.value === null) return "nothing";
  if (typeof node.value === "string") return "text";
  return typeof node.value === "boolean" ? "true or false" : "a number";
}

/** The value without its places; a map becomes a plain object. */
export function plainValue(node: SettingNode): unknown {
  if (node.kind === "scalar") return node.value;
  if (node.kind === "list") return node.items.map(plainValue);
  return Object.fromEntries([...node.entries].map(([key, entry]) => [key, plainValue(entry.node)]));
}
