import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { knownKeys } from "../../../../src/supervisor/settings/keys/known-keys.ts";
import { generatedFiles } from "../../../../src/supervisor/settings/texts/generated-files.ts";

const root = join(import.meta.dirname, "../../../..");

test.each(Object.entries(generatedFiles()))(
  "%s is up to date: else run node scripts/configuration-docs.js",
  (path, text) => {
    expect(readFileSync(join(root, path), "utf8") === text).toBe(true);
  },
);

test("the page has each key once, those of an OTLP exporter in one place", () => {
  const page = generatedFiles()["docs/configuration.md"] ?? "";
  const rows = [...page.matchAll(/^\| `([^`]+)`/gm)].map(([, key = ""]) => key);
  expect(rows.length).toBe(new Set(rows).size);
  const keys = Object.keys(knownKeys).filter((key) => key !== "extensions");
  const lost = keys.filter(
    (key) =>
      !rows.includes(key) && !rows.includes(key.replace(/^telemetry\..*\.otlp\./, "….otlp.")),
  );
  expect(lost).toEqual([]);
});
