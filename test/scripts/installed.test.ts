import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { temporaryFolder } from "../helpers/temporary-folder.ts";

// A plain script, which has no types.
const path = join(import.meta.dirname, "../../scripts/installed.js");
const { isInstalled } = (await import(path)) as { isInstalled: (folder: string) => boolean };

type Packages = Readonly<Record<string, unknown>>;

/** A folder with a lock file, and what npm would leave there if it had installed `noted`. */
function checkout(wanted: Packages, noted: Packages): string {
  const folder = temporaryFolder();
  write(join(folder, "package-lock.json"), lockOf({ "": { name: "x" }, ...wanted }));
  write(join(folder, "node_modules/.package-lock.json"), lockOf(noted));
  for (const each of Object.keys(noted)) write(join(folder, each, "package.json"), "{}");
  return folder;
}

const lockOf = (packages: Packages): string => JSON.stringify({ lockfileVersion: 3, packages });

function write(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

const one = { "node_modules/one": { version: "1.0.0" } };
const inner = { "node_modules/one/node_modules/@a/b": { version: "2.0.0" } };
const here = { os: [process.platform], cpu: [process.arch], optional: true, version: "1.0.0" };

test("packages are installed when npm noted the versions of the lock file, and more does no harm", () => {
  expect(isInstalled(checkout({ ...one, ...inner }, { ...one, ...inner }))).toBe(true);
  expect(isInstalled(checkout(one, { ...one, ...inner }))).toBe(true);
  expect(isInstalled(checkout({}, {}))).toBe(true);
});

test("a package that is not there, or of another version, is missed", () => {
  expect(isInstalled(checkout({ ...one, ...inner }, one))).toBe(false);
  expect(isInstalled(checkout(one, { "node_modules/one": { version: "1.0.1" } }))).toBe(false);
});

test("a folder that somebody has removed, whole or in part, is missed", () => {
  for (const gone of ["node_modules", "node_modules/one", "node_modules/one/package.json"]) {
    const folder = checkout({ ...one, ...inner }, { ...one, ...inner });
    rmSync(join(folder, gone), { recursive: true });
    expect(isInstalled(folder), gone).toBe(false);
  }
});

test.each([
  ["another system", { os: ["none"], optional: true }, true],
  ["another processor", { ...here, cpu: ["none"] }, true],
  ["all processors but this one", { ...here, cpu: [`!${process.arch}`] }, true],
  ["some libc", { ...here, libc: ["musl"] }, true],
  ["another package for other machines, which does not say so", { optional: true }, true],
  ["this machine", here, false],
  ["this system, whatever the processor", { os: [process.platform], optional: true }, false],
  ["all processors but another one", { ...here, cpu: ["!none"] }, false],
  ["this machine, and needed", { ...here, optional: false }, false],
])("a package for %s may be missing or not", (_, about, may) => {
  expect(isInstalled(checkout({ ...one, "node_modules/native": about }, one))).toBe(may);
});

test("packages of workspaces count as well: their links and they themselves", () => {
  const workspaces = {
    "node_modules/part": { resolved: "parts/part", link: true },
    "parts/part": { version: "1.0.0" },
  };
  expect(isInstalled(checkout(workspaces, workspaces))).toBe(true);
  expect(isInstalled(checkout(workspaces, {}))).toBe(false);
});

test("without a lock file, or with one that is cut off or of another kind, nothing is taken for installed", () => {
  const whole = lockOf({ ...one, ...inner });
  const oldKind = '{"lockfileVersion": 1, "dependencies": {"one": {"version": "1.0.0"}}}';
  fc.assert(
    fc.property(
      fc.constantFrom("package-lock.json", "node_modules/.package-lock.json"),
      fc.oneof(
        fc.constantFrom(undefined, "", "null", "[]", '{"packages": null}', oldKind),
        fc.nat(whole.length - 1).map((length) => whole.slice(0, length)),
      ),
      (file, text) => {
        const folder = checkout(one, one);
        rmSync(join(folder, file));
        if (text !== undefined) writeFileSync(join(folder, file), text);
        expect(isInstalled(folder)).toBe(false);
      },
    ),
    { numRuns: 60 },
  );
});
