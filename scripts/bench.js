// `npm run bench`: what the daemon costs, beside the bare Node and the bare collector of the same run.
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
for (const name of ["daemon", "large"]) {
  const outfile = `dist/bench-${name}.mjs`;
  await build({
    entryPoints: [`test/bench/${name}.ts`],
    outfile,
    bundle: true,
    packages: "external",
    platform: "node",
    format: "esm",
    logLevel: "warning",
    define: { "import.meta.dirname": JSON.stringify(`${process.cwd()}/dist`) },
  });
  const args = [outfile, "bin/opampsupervisor.cjs", collector];
  const { ok } = await runCommand(process.execPath, args);
  if (!ok) process.exitCode = 1;
}
