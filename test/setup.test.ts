import { execFile } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { freePorts } from "./helpers/net/free-ports.ts";
import { temporaryFolder } from "./helpers/temporary-folder.ts";

const root = join(import.meta.dirname, "..");

/** A checkout whose lock file wants version 2.0.0 of one package, and that has this version of it. */
function checkout(version: string): string {
  const folder = temporaryFolder();
  const lock = (installed: string) => ({
    name: "x",
    lockfileVersion: 3,
    requires: true,
    packages: {
      "": { name: "x", dependencies: { a: "2.0.0" } },
      "node_modules/a": { version: installed },
    },
  });
  mkdirSync(join(folder, "scripts"));
  for (const name of ["setup.js", "installed.js", "run-command.js"]) {
    copyFileSync(join(root, "scripts", name), join(folder, "scripts", name));
  }
  const start = 'import { installPackages } from "./setup.js";\nawait installPackages();\n';
  writeFileSync(join(folder, "scripts/install.js"), start);
  const own = { name: "x", type: "module", dependencies: { a: "2.0.0" } };
  writeFileSync(join(folder, "package.json"), JSON.stringify(own));
  writeFileSync(join(folder, "package-lock.json"), JSON.stringify(lock("2.0.0")));
  mkdirSync(join(folder, "node_modules/a"), { recursive: true });
  writeFileSync(join(folder, "node_modules/a/index.js"), "");
  writeFileSync(join(folder, "node_modules/a/package.json"), "{}");
  writeFileSync(join(folder, "node_modules/.package-lock.json"), JSON.stringify(lock(version)));
  return folder;
}

/** Runs it where the registry takes no connection. */
async function install(folder: string): Promise<{ code: number; output: string }> {
  const [port = 0] = await freePorts(1);
  const env = {
    ...process.env,
    npm_config_registry: `http://127.0.0.1:${port}/`,
    npm_config_cache: join(folder, "empty-cache"),
  };
  try {
    const run = promisify(execFile);
    const { stdout } = await run(process.execPath, ["scripts/install.js"], { cwd: folder, env });
    return { code: 0, output: stdout };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, output: `${stdout}${stderr}` };
  }
}

test("packages that are there are not installed again", async () => {
  expect(await install(checkout("2.0.0"))).toEqual({ code: 0, output: "" });
});

test("where nothing can be fetched the packages of before stay, and that is said", async () => {
  const folder = checkout("1.0.0");
  const { code, output } = await install(folder);
  expect(code).toBe(1);
  expect(output).toContain("The packages could not be installed");
  expect(output).toContain("node_modules is as it was");
  expect(existsSync(join(folder, "node_modules/a/index.js"))).toBe(true);
  expect(readdirSync(folder)).not.toContain(".installing");
});
