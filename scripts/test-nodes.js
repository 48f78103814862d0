// `npm run test:nodes [-- N... FILE...]`: the inner tests and a few with a real collector, with one version of Node after
// the other. The program is the one that was built before, by whatever Node: its compiled form must do no harm to others.
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { collectors, runTests } from "./ring.js";
import { runCommand } from "./run-command.js";
import { buildProgram, giveUp, installPackages } from "./setup.js";

const versions = ["20", "22", "24", "26"];
const few = ["test/e2e/faults.test.ts", "test/e2e/config/log-files.test.ts"];
// Several times what a run of vitest takes here: one that hangs must not keep the other versions from their turn.
const limitMs = 30 * 60_000;
const say = (line) => process.stdout.write(`${line}\n`);

/** The folder of a Node of that version, fetched once from npm, where it is a package of its own. */
async function folderOf(version) {
  const name = `node-${process.platform}-${process.arch}`;
  const prefix = join(homedir(), ".cache/opampsupervisor/nodes", version);
  const folder = join(prefix, "node_modules", name, "bin");
  if (existsSync(join(folder, "node"))) return folder;
  const args = ["install", "--prefix", prefix, "--no-save", "--no-audit", "--no-fund"];
  const { ok, output } = await runCommand("npm", [...args, `${name}@${version}`], { quiet: true });
  if (!ok) giveUp(`Node ${version} could not be fetched:\n${output}`);
  return folder;
}

const wanted = process.argv.slice(2);
const chosen = versions.filter((version) => wanted.includes(version));
const files = wanted.filter((each) => !versions.includes(each));

await installPackages();
await buildProgram();
const programs = await collectors("collector", "plain");
const results = [];
for (const version of chosen.length > 0 ? chosen : versions) {
  const PATH = [await folderOf(version), process.env.PATH].join(delimiter);
  const env = { ...process.env, ...programs, PATH };
  const selected =
    files.length > 0
      ? [files]
      : [
          ["--project", "inner"],
          ["--project", "e2e", ...few],
        ];
  for (const args of selected) {
    say(`\nNode ${version}: ${args.join(" ")}`);
    results.push({ version, args, ...(await runTests(args, env, { limitMs })) });
  }
}
for (const { version, failures } of results)
  for (const each of failures) say(`Node ${version} failed: ${each}`);
for (const { version, args, passed, failed, skipped } of results)
  say(`Node ${version}  ${args.join(" ")}  ${passed} passed, ${failed} failed, ${skipped} skipped`);
const { engines } = JSON.parse(readFileSync("package.json", "utf8"));
say(`package.json asks for Node ${engines.node}`);
process.exitCode = results.every(({ failed }) => failed === 0) ? 0 : 1;
