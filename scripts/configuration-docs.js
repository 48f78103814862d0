// `node scripts/configuration-docs.js`: writes docs/configuration.md and docs/supervisor.schema.json from the keys that the
// program knows. With `--check` it only looks whether they are as they should be.
import { build } from "esbuild";
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const { outputFiles } = await build({
  entryPoints: [join(root, "src/supervisor/settings/texts/generated-files.ts")],
  bundle: true,
  write: false,
  platform: "node",
  format: "cjs",
});
const bundle = { exports: {} };
const require = createRequire(import.meta.url);
new Function("module", "exports", "require", outputFiles[0].text)(bundle, bundle.exports, require);
for (const [path, text] of Object.entries(bundle.exports.generatedFiles())) {
  const file = join(root, path);
  if (!process.argv.includes("--check")) writeFileSync(file, text);
  else if (readFileSync(file, "utf8") !== text) {
    process.stderr.write(`${path} is out of date: run node scripts/configuration-docs.js\n`);
    process.exitCode = 1;
  }
}
