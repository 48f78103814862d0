// `npm test`: format, lint, types and all tests, the ones with a real collector included. Sets up what it needs.
import { findBrowser } from "./browser.js";
import { bin, collectors, runTests } from "./ring.js";
import { runCommand } from "./run-command.js";
import { buildProgram, installPackages } from "./setup.js";

async function check(name, command, args, isTold = false) {
  const { ok, output } = await runCommand(command, args, { quiet: true });
  const told = isTold || !ok ? `${output}\n` : "";
  process.stdout.write(`${told}${name}: ${ok ? "ok" : "FAILED"}\n`);
  return ok;
}

async function checks() {
  const results = await Promise.all([
    check("format", bin("prettier"), ["--check", "."]),
    check("types", bin("tsc"), ["-p", "."]),
    check("types of the page", bin("tsc"), ["-p", "src/dev-server/page"]),
    check("lint", bin("eslint"), [".", "--max-warnings", "0"]),
    check("dependencies", process.execPath, ["scripts/dependencies.js"], true),
  ]);
  return results.filter((ok) => !ok).length;
}

await installPackages();
await buildProgram();
process.stdout.write(
  "Looking for the collectors to test with (built once, some minutes the first time) ...\n",
);
const building = collectors("collector", "plain");
const browser = await findBrowser();
process.stdout.write("format, types, lint and dependencies ...\n");
const failedChecks = await checks();
const programs = await building;
process.stdout.write(`Testing with ${programs.TEST_COLLECTOR}\n`);
if (browser.why !== undefined) {
  process.stdout.write(`The tests in a browser are skipped: ${browser.why}\n`);
}
const { passed, failed } = await runTests(
  ["inner", "online", "e2e", "browser"].flatMap((name) => ["--project", name]),
  {
    ...process.env,
    ...programs,
    ...(browser.path === undefined ? {} : { CHROMIUM: browser.path }),
  },
);
process.stdout.write(`\n${passed + 5 - failedChecks} passed, ${failed + failedChecks} failed\n`);
process.exitCode = failed + failedChecks === 0 ? 0 : 1;
