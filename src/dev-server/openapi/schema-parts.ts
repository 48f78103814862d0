/** A JSON schema, as OpenAPI has them. */
export type Schema = Readonly<Record<string, unknown>>;

export const text: Schema = { type: "string" };
export const number: Schema = { type: "number" };
export const whole: Schema = { type: "integer", minimum: 0 };
export const time: Schema = { type: "number", description: "ms since the epoch" };
export const flag: Schema = { type: "boolean" };
export const anything: Schema = { type: "object" };

/** One of these texts. */
export function word(...words: readonly string[]): Schema {
  return { type: "string", enum: words };
}

/** A list of these. */
export function list(items: Schema): Schema {
  return { type: "array", items };
}

/** An object with these and no others; those in `optional` may be absent. */
export function object(required: Readonly<Record<string, Schema>>, optional = {}): Schema {
  return {
    type: "object",
    properties: { ...required, ...optional },
    required: Object.keys(required),
    additionalProperties: false,
  };
}

/** An object with any names. */
export function mapOf(values: Schema): Schema {
  return { type: "object", additionalProperties: values };
}

/** A schema that has a name. */
export function named(name: string): Schema {
  return { $ref: `#/components/schemas/${name}` };
}
