// `npm run test:systems [-- FILE...]`: the tests that need more of the machine than a collector, as a C compiler. What is
// missing here is skipped, with the reason, and counted as such.
import { collectors, runTests } from "./ring.js";
import { buildProgram, installPackages } from "./setup.js";

await installPackages();
await buildProgram();
process.stdout.write(
  "Looking for the collectors to test with (built once, some minutes the first time) ...\n",
);
const programs = await collectors("collector", "plain");
const { passed, failed, skipped, failures } = await runTests(
  ["--project", "systems", ...process.argv.slice(2)],
  { ...process.env, ...programs },
);
for (const each of failures) process.stdout.write(`failed: ${each}\n`);
process.stdout.write(`\n${passed} passed, ${failed} failed, ${skipped} skipped\n`);
process.exitCode = failed === 0 ? 0 : 1;
