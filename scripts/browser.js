// The browser that tests and screenshots drive.
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { runCommand } from "./run-command.js";

const names = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];

/** The path of a Chromium; on a Debian that lacks it, root installs it. Else a text that says why there is none. */
export async function findBrowser() {
  const found = browserInPath();
  if (found !== undefined) return { path: found };
  const why = await installBrowser();
  const path = browserInPath();
  return path === undefined ? { why } : { path };
}

function browserInPath() {
  if (process.env.CHROMIUM !== undefined) return process.env.CHROMIUM;
  const folders = (process.env.PATH ?? "").split(delimiter);
  return folders.flatMap((folder) => names.map((name) => join(folder, name))).find(existsSync);
}

async function installBrowser() {
  const way = "install chromium, or name one in CHROMIUM";
  if (!existsSync("/usr/bin/apt-get")) return `there is no Chromium here: ${way}`;
  if (process.getuid() !== 0)
    return `there is no Chromium here, and only root may install it: ${way}`;
  process.stdout.write("Installing chromium for the tests of the page (apt-get) ...\n");
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const install = ["install", "-y", "-qq", "--no-install-recommends", "chromium"];
  const first = await runCommand("apt-get", install, { quiet: true, env });
  if (first.ok) return undefined;
  // The lists of packages may be old, or not there at all.
  const lists = await runCommand("apt-get", ["update", "-qq"], { quiet: true, env });
  const second = await runCommand("apt-get", install, { quiet: true, env });
  const said = `${lists.output}${second.output}`.trim().split("\n").at(-1) ?? "";
  return `chromium could not be installed: ${said}`;
}
