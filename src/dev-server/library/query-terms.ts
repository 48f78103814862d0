/** How the value behind a key is compared. */
export type Comparison = "=" | "~" | ">" | ">=" | "<" | "<=";

/** One thing that is asked of an agent. */
export type Term =
  /** A part of its name, host, version or uid. */
  | { readonly is: "words"; readonly parts: Parts }
  | {
      readonly is: "value";
      readonly key: string;
      readonly lowerKey: string;
      readonly comparison: Comparison;
      /** What is compared with as a version; undefined: it is compared as text. */
      readonly numbers: readonly number[] | undefined;
      readonly parts: Parts;
      /** What stood there with a colon; that may have been meant as words. */
      readonly words: Parts | undefined;
    }
  /** One of these words for how it is. */
  | { readonly is: "condition"; readonly anyOf: readonly string[] }
  | { readonly is: "config"; readonly anyOf: readonly string[] }
  | { readonly is: "not"; readonly term: Term };

/** A text cut at its asterisks, folded. */
export type Parts = readonly string[];

/** Where a query cannot be understood; `at` is an offset into its text. */
export interface QueryProblem {
  readonly problem: string;
  readonly at: number;
}

/** One word of a query; `value` is without its quotes. */
export interface QueryToken {
  readonly text: string;
  readonly at: number;
  readonly negated: boolean;
  readonly key: string;
  readonly operator: string;
  readonly value: string;
  readonly valueAt: number;
  readonly quoted: boolean;
}

/** The words for an agent that `is:` knows: for its health, and for one that has not shown credentials. */
export const conditionWords: readonly string[] = [
  "healthy",
  "degraded",
  "failing",
  "away",
  "unknown",
  "guest",
];

/** The words for an agent's configuration that `config:` knows. */
export const configWords: readonly string[] = [
  "none",
  "waiting",
  "applying",
  "in-sync",
  "failed",
  "drifted",
];

const comparisons: Readonly<Record<string, Comparison>> = {
  "=": "=",
  "!=": "=",
  "~": "~",
  "!~": "~",
  ":": "~",
  ">": ">",
  ">=": ">=",
  "<": "<",
  "<=": "<=",
};

/** What one word of a query asks. */
export function termOf(token: QueryToken): Term | QueryProblem {
  const { key, operator, value, negated } = token;
  const term = operator === "" ? wordsOf(token) : valueTerm(token);
  if ("problem" in term) return term;
  if (operator !== "" && value === "" && !token.quoted) {
    const problem = `expected a value after ${key}${operator}; write ${key}="" for an empty one`;
    return { problem, at: token.valueAt };
  }
  return negated !== operator.startsWith("!") ? { is: "not", term } : term;
}

function wordsOf(token: QueryToken): Term | QueryProblem {
  if (token.value === "" && !token.quoted) {
    return { problem: "expected a word after -", at: token.at };
  }
  return { is: "words", parts: partsOf(token) };
}

function valueTerm(token: QueryToken): Term | QueryProblem {
  const { key, operator, value, at, text } = token;
  const comparison = comparisons[operator] ?? "=";
  if (key === "") {
    return { problem: `expected a key before ${operator}, as in host${operator}web`, at };
  }
  const lower = key.toLowerCase();
  if (lower === "is") return stateTerm(token, "condition", conditionWords);
  if (lower === "config") return stateTerm(token, "config", configWords);
  const compared = comparison.startsWith(">") || comparison.startsWith("<");
  if (compared && value !== "" && numbersOf(value) === undefined) {
    return {
      problem: `expected a number or a version after ${operator}, as in 0.150, found ${value}`,
      at: token.valueAt,
    };
  }
  const words = operator === ":" ? [folded(text.replace(/^-/, ""))] : undefined;
  const numbers = compared ? numbersOf(value) : undefined;
  return { is: "value", key, lowerKey: lower, comparison, numbers, parts: partsOf(token), words };
}

function stateTerm(
  { operator, value, valueAt }: QueryToken,
  is: "condition" | "config",
  known: readonly string[],
): Term | QueryProblem {
  const key = is === "condition" ? "is" : "config";
  if (![":", "=", "!="].includes(operator)) {
    const problem = `expected ${key}:WORD, found ${key}${operator}`;
    return { problem, at: valueAt - operator.length };
  }
  const words = value.toLowerCase().replaceAll("_", "-").split(",");
  const unknown = words.find((word) => !known.includes(word));
  if (value === "" || unknown === undefined) return { is, anyOf: words };
  const [other, others] =
    is === "condition" ? (["config", configWords] as const) : (["is", conditionWords] as const);
  const hint = others.includes(unknown) ? `; ${other}:${unknown} is what there is` : "";
  const expected = `expected ${known.slice(0, -1).join(", ")} or ${known.at(-1)} after ${key}:`;
  return { problem: `${expected}, found ${unknown}${hint}`, at: valueAt };
}

/** An asterisk in quotes is one. */
function partsOf({ value, quoted }: QueryToken): Parts {
  const text = folded(value);
  return quoted ? [text] : text.split("*");
}

/** A text in which capitals make no difference; small letters are not used, since a sigma at the end has one of its own. */
export function folded(text: string): string {
  return text.toUpperCase();
}

/** The numbers at the beginning of a version; undefined: there are none. */
export function numbersOf(text: string): readonly number[] | undefined {
  const [, numbers] = /^v?(\d+(?:\.\d+)*)/i.exec(text) ?? [];
  return numbers?.split(".").map(Number);
}
