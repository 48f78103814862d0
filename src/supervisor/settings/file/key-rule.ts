/** What a key may hold. The default is what the program uses when the key is not written. */
export type KeyRule =
  | { readonly type: "text"; readonly default?: string; readonly secret?: true }
  /** With `first` numbers stand for the words too, from that one upwards. */
  | {
      readonly type: "choice";
      readonly of: readonly string[];
      readonly default?: string;
      readonly first?: number;
    }
  | { readonly type: "boolean"; readonly default?: boolean }
  | {
      readonly type: "integer";
      readonly default?: number;
      readonly least?: number;
      readonly most?: number;
    }
  /** A Go duration; with `positive` zero is refused too, with `bare` a number without a unit is nanoseconds. */
  | {
      readonly type: "duration";
      readonly default?: string;
      readonly positive?: true;
      readonly bare?: true;
    }
  /** A list of texts, or one text that is split at commas. */
  | { readonly type: "texts"; readonly default?: readonly string[]; readonly secret?: true }
  /** Names of the user's own, each with a text. */
  | { readonly type: "text-map"; readonly secret?: true }
  /** Names of the user's own, each with a list of texts. */
  | { readonly type: "texts-map"; readonly secret?: true }
  /** A log level: a word or zap's number. */
  | { readonly type: "level"; readonly default?: string }
  /** Not looked into. */
  | { readonly type: "any"; readonly secret?: true };

/** Rules by dotted path; `[]` stands for each item of a list. */
export type RuleTable = Readonly<Record<string, KeyRule>>;

/** The rules as a tree, the way a file is walked. */
export interface RuleNode {
  readonly rule: KeyRule | undefined;
  readonly children: ReadonlyMap<string, RuleNode>;
}

interface Growing {
  rule: KeyRule | undefined;
  readonly children: Map<string, Growing>;
}

/** The tree of a table of dotted paths. */
export function ruleTree(table: RuleTable): RuleNode {
  const root: Growing = { rule: undefined, children: new Map() };
  for (const [path, rule] of Object.entries(table)) {
    let node = root;
    for (const segment of segmentsOf(path)) {
      const next = node.children.get(segment) ?? { rule: undefined, children: new Map() };
      node.children.set(segment, next);
      node = next;
    }
    node.rule = rule;
  }
  return root;
}

/** `a[].b` is `a`, `[]`, `b`. */
function segmentsOf(path: string): readonly string[] {
  return path.replaceAll("[]", ".[]").split(".");
}

/** A table moved below a path. */
export function below(prefix: string, table: RuleTable): RuleTable {
  return Object.fromEntries(
    Object.entries(table).map(([path, rule]) => [`${prefix}.${path}`, rule]),
  );
}
