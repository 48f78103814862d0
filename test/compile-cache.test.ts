import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { wrap } from "node:module";
import { join } from "node:path";
import { Script } from "node:vm";
import { expect, test } from "vitest";
import { temporaryFolder } from "./helpers/temporary-folder.ts";

const root = join(import.meta.dirname, "..");

test("the compiled form is one that V8 takes, with what a start runs, and nothing else is left behind", () => {
  const folder = temporaryFolder();
  const [dist, temporary] = [join(folder, "dist"), join(folder, "tmp")];
  mkdirSync(temporary);
  cpSync(join(root, "dist"), dist, {
    recursive: true,
    filter: (path) => !path.endsWith(".cache"),
  });
  execFileSync(process.execPath, [join(root, "scripts/compile-cache.cjs"), dist], {
    env: { PATH: process.env["PATH"], TMPDIR: temporary },
    stdio: "ignore",
  });
  const filename = join(dist, "opampsupervisor.cjs");
  const text = wrap(readFileSync(filename, "latin1"));
  const kept = readFileSync(`${filename}.cache`);
  // In a process of its own: V8 takes no compiled form where somebody has set one of its flags.
  const take = `const { readFileSync } = require("node:fs");
    const { wrap } = require("node:module");
    const [, filename] = process.argv;
    const cachedData = readFileSync(filename + ".cache");
    const { Script } = require("node:vm");
    const text = wrap(readFileSync(filename, "latin1"));
    process.stdout.write(String(new Script(text, { filename, cachedData }).cachedDataRejected));`;
  expect(execFileSync(process.execPath, ["-e", take, filename], { encoding: "utf8" })).toBe(
    "false",
  );
  // Nothing of it has run: these are only the functions that V8 compiles at once.
  const bare = new Script(text, { filename: `${filename}-bare` }).createCachedData();
  expect(kept.length).toBeGreaterThan(3 * bare.length);
  expect(statSync(`${filename}.cache`).mode & 0o777).toBe(0o644);
  expect(readdirSync(dist).filter((name) => name.includes(".part"))).toEqual([]);
  expect(readdirSync(temporary)).toEqual([]);
});
