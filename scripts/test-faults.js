// `npm run test:faults [-- FILE...]`: what goes wrong for longer than a test of `npm test` lasts, against the program as it is
// shipped and a real collector. What is missing here (a C compiler, the right to mount) is skipped, and the skip says why.
import { collectors, runTests } from "./ring.js";
import { buildProgram, installPackages } from "./setup.js";

await installPackages();
await buildProgram();
process.stdout.write(
  "Looking for the collector to test with (built once, some minutes the first time) ...\n",
);
const programs = await collectors("collector", "plain");
const { passed, failed, skipped, failures } = await runTests(
  ["--project", "faults", ...process.argv.slice(2)],
  { ...process.env, ...programs },
);
for (const each of failures) process.stdout.write(`failed: ${each}\n`);
process.stdout.write(`\n${passed} passed, ${failed} failed, ${skipped} skipped\n`);
process.exitCode = failed === 0 ? 0 : 1;
