// `npm run test:collectors [-- NAME... FILE...]`: the end-to-end tests with one collector after the other.
import { collectors, runTests } from "./ring.js";
import { buildProgram, installPackages } from "./setup.js";

const runs = [
  { name: "0.149", manifest: "0.149", plain: "plain-0.149" },
  { name: "0.158", manifest: "collector", plain: "plain" },
  { name: "0.165", manifest: "0.165", plain: "plain" },
];

const say = (line) => process.stdout.write(`${line}\n`);

function table(results) {
  const rows = results.map(({ name, passed, failed, skipped, minutes }) =>
    [name, passed, failed, skipped, `${minutes} min`].map(String),
  );
  const all = [["collector", "passed", "failed", "skipped", "time"], ...rows];
  const widths = all[0].map((_, at) => Math.max(...all.map((row) => row[at].length)));
  return all.map((row) => row.map((cell, at) => cell.padEnd(widths[at])).join("  ")).join("\n");
}

const wanted = process.argv.slice(2);
const chosen = runs.filter(({ name }) => wanted.includes(name));
const files = wanted.filter((each) => !runs.some(({ name }) => name === each));
const selected = chosen.length > 0 ? chosen : runs;

await installPackages();
await buildProgram();
say(
  "Looking for the collectors to test with (each is built once, some minutes the first time) ...",
);
const results = [];
for (const [at, { name, manifest, plain }] of selected.entries()) {
  const programs = await collectors(manifest, plain);
  const env = { ...process.env, ...programs };
  say(`\n[${at + 1} of ${selected.length}] ${name}: ${programs.TEST_COLLECTOR}`);
  const begunAt = Date.now();
  const counts = await runTests(["--project", "e2e", ...files], env);
  results.push({ name, ...counts, minutes: ((Date.now() - begunAt) / 60_000).toFixed(1) });
}
for (const { name, failures } of results)
  for (const each of failures) say(`${name} failed: ${each}`);
say(`\n${table(results)}`);
process.exitCode = results.every(({ failed }) => failed === 0) ? 0 : 1;
