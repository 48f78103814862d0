import type { KeyRule } from "../file/key-rule.ts";

/** A part of a JSON schema. */
export type Schema = Readonly<Record<string, unknown>>;

/** A text that is one `${…}` and nothing else: it may stand for any value, a map or list included. */
export const wholeReference: Schema = { $ref: "#/definitions/reference" };

const someReference: Schema = { $ref: "#/definitions/withReference" };

const text: Schema = { type: "string" };
const texts: Schema = { type: "array", items: text };

/** The values that a rule takes, one kind each; what is empty says nothing and is taken everywhere. */
export function kindsOf(rule: KeyRule): readonly Schema[] {
  switch (rule.type) {
    case "text":
      return [text];
    case "choice":
      return [
        ...[{ enum: rule.of }, inAnyCase(rule.of), someReference],
        ...(rule.first === undefined ? [] : [integer(rule.first, rule.first + rule.of.length - 1)]),
      ];
    case "boolean":
      return [{ type: "boolean" }, wholeReference];
    case "integer":
      return [integer(rule.least, rule.most), wholeReference];
    case "duration":
      return rule.positive === true
        ? [{ $ref: "#/definitions/positiveDuration" }, ...bare(rule.bare, 1), someReference]
        : [{ $ref: "#/definitions/duration" }, { const: 0 }, ...bare(rule.bare, 0), someReference];
    case "level":
      return [
        { enum: ["debug", "info", "warn", "error", "fatal"] },
        { type: "string", pattern: `^(?:${levels.map(anyCase).join("|")})?$` },
        { type: "integer", minimum: -1, maximum: 5 },
        someReference,
      ];
    case "texts":
      return [texts, text];
    case "text-map":
      return [mapOf({ type: ["string", "null"] }), wholeReference];
    case "texts-map":
      return [mapOf({ anyOf: [texts, text, { type: "null" }] }), wholeReference];
    case "any":
      return [];
  }
}

const levels = ["debug", "info", "warn", "warning", "error", "dpanic", "panic", "fatal"];

/** Nanoseconds, without a unit. */
function bare(isTaken: true | undefined, minimum: number): readonly Schema[] {
  return isTaken === true ? [{ type: "number", minimum }] : [];
}

function integer(minimum: number | undefined, maximum: number | undefined): Schema {
  return {
    type: "integer",
    ...(minimum !== undefined && { minimum }),
    ...(maximum !== undefined && { maximum }),
  };
}

function mapOf(additionalProperties: Schema): Schema {
  return { type: "object", additionalProperties };
}

const amount = String.raw`(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h)`;
const zero = String.raw`(?:0+\.?0*|\.0+)(?:ns|us|µs|μs|ms|s|m|h)`;
const duration = String.raw`^\s*(?:\+?(?:0|(?:${amount})+)|-(?:0|(?:${zero})+))\s*$`;
const positiveDuration = String.raw`^\s*(?:\+?(?=.*[1-9])(?:${amount})+)\s*$`;

function inAnyCase(words: readonly string[]): Schema {
  return { type: "string", pattern: String.raw`^\s*(?:${words.map(anyCase).join("|")})?\s*$` };
}

// Patterns of JSON schema know no flag for that.
function anyCase(word: string): string {
  return word
    .replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)
    .replaceAll(/[a-z]/g, (letter) => `[${letter.toUpperCase()}${letter}]`);
}

/** What the parts above refer to. */
export const definitions: Readonly<Record<string, Schema>> = {
  reference: { type: "string", pattern: String.raw`^\$\{[\s\S]*\}$` },
  // `$$` is a dollar sign, so that `$${` begins none.
  withReference: { type: "string", pattern: String.raw`(?:^|[^$])(?:\$\$)*\$\{` },
  duration: { type: "string", pattern: duration },
  positiveDuration: { type: "string", pattern: positiveDuration },
};
