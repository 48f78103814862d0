import Ajv from "ajv";
import { parse } from "yaml";
import { settingsSchema } from "../../../../src/supervisor/settings/texts/json-schema.ts";

const validate = new Ajv({ allErrors: true }).compile(settingsSchema());

/** What the schema has against a text, as an editor would show it; empty when it is content. */
export function complaintsOf(text: string): readonly string[] {
  const value: unknown = parse(text, { merge: true });
  if (validate(value) === true) return [];
  return (validate.errors ?? []).map(
    ({ dataPath, message, params }) => `${dataPath} ${message ?? ""} ${JSON.stringify(params)}`,
  );
}
