// `npm test`: format, lint, types and all tests, the ones with a real collector included. Sets up what it needs.
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildProgram, giveUp, installPackages, runCommand } from "./setup.js";

const bin = (name) => join("node_modules/.bin", name);

/** Gets a collector; prints progress lines while it is being built, which takes some minutes the first time. */
async function collector(manifest) {
  const { ok, output } = await runCommand(
    process.execPath,
    ["bin/opampsupervisor.cjs", "collector", "install", "--manifest", manifest],
    { quiet: true },
  );
  if (!ok) giveUp(`There is no ${manifest} collector to test with:\n${output}`);
  return output.trim().split("\n").at(-1);
}

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

async function tests(env) {
  const folder = mkdtempSync(join(tmpdir(), "opampsupervisor-results-"));
  const results = join(folder, "results.json");
  const { ok } = await runCommand(
    bin("vitest"),
    ["run", "--reporter=default", "--reporter=json", `--outputFile.json=${results}`],
    { env },
  );
  const counts = existsSync(results)
    ? JSON.parse(readFileSync(results, "utf8"))
    : { numPassedTests: 0, numFailedTests: 1 };
  rmSync(folder, { recursive: true, force: true });
  const failed =
    counts.numFailedTests + (counts.numFailedTestSuites > 0 && counts.numFailedTests === 0 ? 1 : 0);
  return { passed: counts.numPassedTests, failed: ok ? failed : Math.max(1, failed) };
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
const { passed, failed } = await tests({
  ...process.env,
  TEST_COLLECTOR: full,
  TEST_COLLECTOR_PLAIN: plain,
});
process.stdout.write(`\n${passed + 3 - failedChecks} passed, ${failed + failedChecks} failed\n`);
process.exitCode = failed + failedChecks === 0 ? 0 : 1;
