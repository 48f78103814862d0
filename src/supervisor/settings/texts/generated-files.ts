import { configurationPage } from "./configuration-page.ts";
import { settingsSchema } from "./json-schema.ts";

/** The schema as a text. */
export function schemaText(): string {
  return `${JSON.stringify(settingsSchema(), undefined, 1)}\n`;
}

/** The files in the repository that are made from the keys, by path. */
export function generatedFiles(): Readonly<Record<string, string>> {
  return {
    "docs/configuration.md": configurationPage(),
    "docs/supervisor.schema.json": schemaText(),
  };
}
