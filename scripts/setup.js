// What `npm start` and `npm test` do first. Runs on a fresh checkout, so it uses nothing but Node itself.
import {
  existsSync,
  lstatSync,
  mkdirSync,
  copyFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { join } from "node:path";
import { isInstalled } from "./installed.js";
import { runCommand } from "./run-command.js";

export const root = join(import.meta.dirname, "..");
process.chdir(root);

/** Ends the script with one sentence for the person at the keyboard. */
export function giveUp(sentence) {
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
}

/** Installs the packages of the lock file, unless the installed ones are those already. */
export async function installPackages() {
  if (isInstalled(root)) return;
  if (lstatSync("node_modules", { throwIfNoEntry: false })?.isSymbolicLink()) {
    giveUp(
      "The packages in node_modules are not those of package-lock.json, and it is a link: npm ci would empty the folder behind it. Remove the link, or run npm ci where that folder is.",
    );
  }
  process.stdout.write("Installing packages (npm ci) ...\n");
  const { ok, output } = await installBeside();
  if (!ok) {
    const why = output.split("\n").find((line) => /npm (error|ERR!)/.test(line)) ?? "npm ci failed";
    const kept = existsSync("node_modules") ? " node_modules is as it was." : "";
    giveUp(
      `The packages could not be installed: ${why.trim()}. Is there a network, and can npm reach its registry?${kept}`,
    );
  }
}

const beside = ".installing";

/**
 * Installs into a folder of its own, and puts it in the place of node_modules only when it is whole: npm ci empties what is
 * there before it knows whether it can fetch anything.
 */
async function installBeside() {
  rmSync(beside, { recursive: true, force: true });
  mkdirSync(beside);
  for (const file of ["package.json", "package-lock.json", ".npmrc"]) {
    if (existsSync(file)) copyFileSync(file, join(beside, file));
  }
  // Without a network npm would try again for more than a minute before it says so.
  const patience = [
    "--fetch-retries=3",
    "--fetch-retry-mintimeout=500",
    "--fetch-retry-maxtimeout=4000",
  ];
  // All packages are needed for building alone, which NODE_ENV=production or somebody's npm settings would leave out.
  const args = [
    "ci",
    ...["--prefix", beside],
    "--include=dev",
    "--include=optional",
    "--no-audit",
    "--no-fund",
    ...patience,
  ];
  const result = await runCommand("npm", args, { quiet: true });
  if (result.ok) {
    if (existsSync("node_modules")) renameSync("node_modules", join(beside, "former"));
    renameSync(join(beside, "node_modules"), "node_modules");
  }
  rmSync(beside, { recursive: true, force: true });
  return result;
}

/** Bundles the program, unless the bundle is newer than everything it is made of. */
export async function buildProgram() {
  const built = "dist/opampsupervisor.cjs";
  const newest = Math.max(...["src", "scripts/build.js", "package.json"].map(newestIn));
  if (existsSync(built) && statSync(built).mtimeMs > newest) return;
  process.stdout.write("Building dist/opampsupervisor.cjs ...\n");
  const { ok, output } = await runCommand(process.execPath, ["scripts/build.js"], { quiet: true });
  if (!ok) giveUp(`The program could not be built:\n${output}`);
}

function newestIn(path) {
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(stat.mtimeMs, ...readdirSync(path).map((name) => newestIn(join(path, name))));
}
