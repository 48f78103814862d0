// `npm run bench`: what the daemon costs, beside bare Node, the bare collector and, with `-- --vs PATH`, another supervisor.
import { build } from "esbuild";
import { runCommand } from "./run-command.js";
import { buildProgram, giveUp, installPackages } from "./setup.js";

await installPackages();
await buildProgram();
const found = await runCommand(
  process.execPath,
  ["bin/opampsupervisor.cjs", "collector", "install"],
  { quiet: true },
);
if (!found.ok) giveUp(`There is no collector to measure with:\n${found.output}`);
const collector = found.output.trim().split("\n").at(-1);
const outfile = "dist/bench-run.mjs";
await build({
  entryPoints: ["bench/run.ts"],
  outfile,
  bundle: true,
  packages: "external",
  platform: "node",
  format: "esm",
  logLevel: "warning",
  define: { "import.meta.dirname": JSON.stringify(`${process.cwd()}/dist`) },
});
const { ok } = await runCommand(process.execPath, [
  outfile,
  "--collector",
  collector,
  ...process.argv.slice(2),
]);
if (!ok) process.exitCode = 1;
