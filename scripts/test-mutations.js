// `npm run test:mutations [-- --only N | TEXT]`: breaks the program in many ways, one at a time, and asks whether a test
// sees it. All of it happens in a copy, so that a run which is ended leaves nothing broken behind.
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { broken, mutations } from "./mutations/list.js";
import { collectors, runTests } from "./ring.js";
import { buildProgram, giveUp, installPackages } from "./setup.js";

// A broken loop may never end: that is noticed too. All tests around one file take less than a minute on a free machine.
const limitMs = 4 * 60_000;
const say = (line) => process.stdout.write(`${line}\n`);

/** The tests that see all of it: of the rooms that decide, which have no clock, no files and no children. */
const nearby = {
  "src/supervisor/core/": ["test/supervisor/core/"],
  "src/agent-config/": ["test/agent-config/"],
  "src/policy/": ["test/policy/"],
  "src/opamp-client/": ["test/opamp-client/", "test/conformance/"],
  "src/dev-server/rollout/": ["test/dev-server/rollout/"],
  "src/redact.ts": ["test/redact.test.ts"],
};

/** First the test of the file itself, which is quick and sees most, then all around it. */
function testsFor({ file, tests }) {
  const own = tests ?? [file.replace(/^src/, "test").replace(/\.ts$/, ".test.ts")];
  const room = Object.keys(nearby).find((each) => file.startsWith(each));
  return [own.filter((each) => existsSync(each)), nearby[room]].filter(({ length }) => length > 0);
}

function chosenOf(args) {
  const numbered = mutations.map((mutation, at) => ({ ...mutation, number: at + 1 }));
  const only = args[0] === "--only" ? args[1] : args[0];
  if (only === undefined) return numbered;
  const chosen = numbered.filter(
    ({ number, file, breaks }) =>
      String(number) === only || (!/^\d+$/.test(only) && `${file} ${breaks}`.includes(only)),
  );
  if (chosen.length === 0)
    giveUp(`expected 1 to ${mutations.length}, or a part of a file's name, found ${only}`);
  return chosen;
}

function copyOfAll() {
  const copy = mkdtempSync(join(tmpdir(), "opampsupervisor-mutations-"));
  const left = new Set(["node_modules", "dist", ".git", "release"].map((name) => resolve(name)));
  cpSync(".", copy, { recursive: true, filter: (from) => !left.has(resolve(from)) });
  symlinkSync(resolve("node_modules"), join(copy, "node_modules"));
  return copy;
}

async function failuresIn(tests) {
  const args = ["--project", "inner", "--bail", "1", ...tests];
  const { failed, failures } = await runTests(args, env, { limitMs, quiet: true });
  // What is no program, or ends the worker, fails without a test that says why.
  if (failed > 0 && failures.length === 0) return [`${tests.join(" ")}: they could not be run`];
  return failures;
}

/** The first failure that a broken file brings; undefined where no test sees it. */
async function caughtBy(mutation) {
  const whole = readFileSync(mutation.file, "utf8");
  writeFileSync(mutation.file, broken(mutation).text);
  try {
    for (const tests of testsFor(mutation)) {
      const [failure] = await failuresIn(tests);
      if (failure !== undefined) return failure;
    }
    return undefined;
  } finally {
    writeFileSync(mutation.file, whole);
  }
}

const chosen = chosenOf(process.argv.slice(2));
const problems = chosen.flatMap((mutation) => broken(mutation).problem ?? []);
if (problems.length > 0) giveUp(problems.join("\n"));
await installPackages();
await buildProgram();
const env = { ...process.env, ...(await collectors("collector", "plain")) };
const copy = copyOfAll();
process.on("exit", () => rmSync(copy, { recursive: true, force: true }));
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.once(signal, () => process.exit(130));
process.chdir(copy);

const missed = [];
const seers = new Set();
for (const [at, mutation] of chosen.entries()) {
  const failure = await caughtBy(mutation);
  if (failure === undefined) missed.push(mutation);
  else if (failure.startsWith("test/"))
    for (const test of failure.split(": ")[0].split(" ")) seers.add(test);
  const how = failure === undefined ? "NOT CAUGHT" : `caught by ${failure}`;
  say(
    `[${at + 1} of ${chosen.length}] ${mutation.number} ${mutation.file}: ${mutation.breaks}: ${how}`,
  );
}
// A test that fails by itself would seem to catch everything.
const byThemselves = seers.size === 0 ? [] : await failuresIn([...seers]);
for (const each of byThemselves) say(`fails although nothing is broken: ${each}`);
for (const { number, file, breaks } of missed) say(`not caught: ${number} ${file}: ${breaks}`);
say(`\n${chosen.length - missed.length} of ${chosen.length} breaks are caught`);
process.exitCode = missed.length === 0 && byThemselves.length === 0 ? 0 : 1;
