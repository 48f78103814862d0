// `npm test`: format, lint, types and all tests, the ones with a real collector included. Sets up what it needs.
import { bin, collector, runTests } from "./ring.js";
import { buildProgram, installPackages, runCommand } from "./setup.js";

async function check(name, command, args) {
  process.stdout.write(`${name} ...\n`);
  const { ok, output } = await runCommand(command, args, { quiet: true });
  process.stdout.write(ok ? `${name}: ok\n` : `${output}\n${name}: FAILED\n`);
  return ok;
}

async function checks() {
  const results = [
    await check("format", bin("prettier"), ["--check", "."]),
    await check("types", bin("tsc"), ["-p", "."]),
    await check("lint", bin("eslint"), [".", "--max-warnings", "0"]),
  ];
  return results.filter((ok) => !ok).length;
}

await installPackages();
await buildProgram();
process.stdout.write(
  "Looking for the collectors to test with (built once, some minutes the first time) ...\n",
);
const collectors = collector("collector").then(async (full) => [full, await collector("plain")]);
const failedChecks = await checks();
const [full, plain] = await collectors;
process.stdout.write(`Testing with ${full}\n`);
const { passed, failed } = await runTests([], {
  ...process.env,
  TEST_COLLECTOR: full,
  TEST_COLLECTOR_PLAIN: plain,
});
process.stdout.write(`\n${passed + 3 - failedChecks} passed, ${failed + failedChecks} failed\n`);
process.exitCode = failed + failedChecks === 0 ? 0 : 1;
