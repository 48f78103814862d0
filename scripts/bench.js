// `npm run bench`: what the daemon costs, beside the bare Node and the bare collector of the same run.
import { build } from "esbuild";
import { buildProgram, giveUp, installPackages, runCommand } from "./setup.js";

await installPackages();
await buildProgram();
const found = await runCommand(
  process.execPath,
  ["bin/opampsupervisor.cjs", "collector", "install"],
  { quiet: true },
);
if (!found.ok) giveUp(`There is no collector to measure with:\n${found.output}`);
await build({
  entryPoints: ["test/bench/daemon.ts"],
  outfile: "dist/bench.mjs",
  bundle: true,
  packages: "external",
  platform: "node",
  format: "esm",
  logLevel: "warning",
  define: { "import.meta.dirname": JSON.stringify(`${process.cwd()}/dist`) },
});
const { ok } = await runCommand(process.execPath, [
  "dist/bench.mjs",
  "bin/opampsupervisor.cjs",
  found.output.trim().split("\n").at(-1),
]);
process.exitCode = ok ? 0 : 1;
