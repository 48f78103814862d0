// What `npm test` and the commands beside it have in common: a collector to test with, and a run of vitest that is counted.
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runCommand } from "./run-command.js";
import { buildProgram, giveUp, installPackages } from "./setup.js";

export const bin = (name) => join("node_modules/.bin", name);

/**
 * Gets what the tests run with: a collector, one like that of AWS, and a program that reads configurations as this collector
 * does. Each is built once, which takes some minutes for the first.
 */
export async function collectors(manifest, plainManifest) {
  return {
    TEST_COLLECTOR: await collector(manifest),
    TEST_COLLECTOR_PLAIN: await collector(plainManifest),
    // Of the same modules as the first one, so that it costs little more than to be linked.
    TEST_COLLECTOR_READER: await collector(manifest, "--main", reader),
  };
}

const reader = "test/fixtures/collector/config-reader/main.go";

async function collector(manifest, ...more) {
  const { ok, output } = await runCommand(
    process.execPath,
    ["bin/opampsupervisor.cjs", "collector", "install", "--manifest", manifest, ...more],
    { quiet: true },
  );
  if (!ok) giveUp(`There is no ${manifest} collector to test with:\n${output}`);
  return output.trim().split("\n").at(-1);
}

/** Runs tests and counts them, unseen when `quiet`. Such as are not over after `limitMs` are ended, and count as a failure. */
export async function runTests(args, env, { limitMs, quiet } = {}) {
  const folder = mkdtempSync(join(tmpdir(), "opampsupervisor-results-"));
  const results = join(folder, "results.json");
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${results}`];
  const command = ["run", ...reporters, ...args];
  const { ok, isOverdue } = await runCommand(bin("vitest"), command, { env, limitMs, quiet });
  // What is ended may have written a part of its results.
  const isThere = !isOverdue && existsSync(results);
  const counts = isThere ? JSON.parse(readFileSync(results, "utf8")) : undefined;
  rmSync(folder, { recursive: true, force: true });
  const why = isOverdue ? [`not over after ${limitMs / 60_000} minutes, and ended`] : [];
  return countsOf(counts, ok, why);
}

/** The whole of `npm run test:NAME`: sets up, runs the tests of one project of vitest, and says what failed and was skipped. */
export async function runProject(name, args = process.argv.slice(2), more = {}) {
  await installPackages();
  await buildProgram();
  process.stdout.write(
    "Looking for the collectors to test with (built once, some minutes the first time) ...\n",
  );
  const programs = await collectors("collector", "plain");
  const { passed, failed, skipped, failures } = await runTests(["--project", name, ...args], {
    ...process.env,
    ...programs,
    ...more,
  });
  for (const each of failures) process.stdout.write(`failed: ${each}\n`);
  process.stdout.write(`\n${passed} passed, ${failed} failed, ${skipped} skipped\n`);
  process.exitCode = failed === 0 ? 0 : 1;
}

function countsOf(counts, ok, why) {
  if (counts === undefined) return { passed: 0, failed: 1, skipped: 0, failures: why };
  const { numPassedTests: passed, numFailedTests, numFailedTestSuites, numPendingTests } = counts;
  // A file that cannot be loaded has no failed test.
  const failed = numFailedTests + (numFailedTestSuites > 0 && numFailedTests === 0 ? 1 : 0);
  const failures = counts.testResults.flatMap(({ name, assertionResults }) =>
    assertionResults
      .filter(({ status }) => status === "failed")
      .map(({ fullName }) => `${name.slice(name.indexOf("test/"))}: ${fullName}`),
  );
  return {
    passed,
    failed: ok ? failed : Math.max(1, failed),
    skipped: numPendingTests,
    failures,
  };
}
