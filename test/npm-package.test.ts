import { execFileSync } from "node:child_process";
import {
  mkdtempSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, test, expect } from "vitest";

const root = join(import.meta.dirname, "..");

interface Packed {
  readonly filename: string;
  readonly size: number;
  readonly files: readonly { readonly path: string }[];
}

function run(cwd: string, command: string, args: readonly string[]): string {
  return execFileSync(command, args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}

const folder = mkdtempSync(join(tmpdir(), "opampsupervisor-npm-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let packed: Packed;

// An empty project that has nothing but the package, as `npm publish` would send it, installed without a network and
// without a cache. It is made of what is built, because other tests use that at the same time.
beforeAll(() => {
  const text = run(root, "npm", [
    ...["pack", "--json", "--ignore-scripts", "--loglevel=error", "--pack-destination", folder],
  ]);
  packed = (JSON.parse(text) as [Packed])[0];
  writeFileSync(join(folder, "package.json"), '{"type": "module", "private": true}');
  run(folder, "npm", [
    ...["install", "--offline", "--no-audit", "--no-fund", "--cache", join(folder, "empty-cache")],
    join(folder, packed.filename),
  ]);
});

test("the package installs without a network, brings nothing with it, and runs", () => {
  const installed = readdirSync(join(folder, "node_modules")).filter((each) => !/^\./.test(each));
  expect(installed).toEqual(["opampsupervisor"]);
  const program = join(folder, "node_modules/.bin/opampsupervisor");
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    version: string;
  };
  expect(run(folder, program, ["version"]).trim()).toBe(version);
  writeFileSync(join(folder, "otelcol"), "#!/bin/sh\nexit 0\n", { mode: 0o755 });
  writeFileSync(
    join(folder, "supervisor.yaml"),
    'server: {endpoint: "wss://127.0.0.1:4320/v1/opamp"}\nstorage: {directory: ./storage}\nagent: {executable: ./otelcol}\n',
  );
  expect(run(folder, program, ["check", "--no-run", "--config", "supervisor.yaml"])).toContain(
    "supervisor.yaml",
  );
  // These read files of the package beside the program.
  expect(run(folder, program, ["collector", "--help"])).toContain("install");
});

test("its client is imported, and compiles in a strict program, without any other package", () => {
  const uid = "import { createClient, uidToText, newInstanceUid } from 'opampsupervisor/client';";
  writeFileSync(
    join(folder, "use.js"),
    `${uid} createClient({ endpoint: "ws://127.0.0.1:1" }, () => {}); console.log(uidToText(newInstanceUid()));`,
  );
  expect(run(folder, process.execPath, ["use.js"]).trim()).toMatch(/^[0-9a-f-]{36}$/);
  mkdirSync(join(folder, "node_modules/@types"));
  symlinkSync(join(root, "node_modules/@types/node"), join(folder, "node_modules/@types/node"));
  writeFileSync(
    join(folder, "use.ts"),
    `${uid}\nconst text: string = uidToText(newInstanceUid());\nvoid text;\n` +
      'createClient({ endpoint: "ws://127.0.0.1:1" }, (event) => void event.on).start();\n',
  );
  const compiler = join(root, "node_modules/typescript/bin/tsc");
  const strict = ["--noEmit", "--strict", "--target", "es2023", "--module", "nodenext"];
  run(folder, process.execPath, [compiler, ...strict, "use.ts"]);
});

test("nothing of sources, tests and measurements is in it, and what licences ask for is", () => {
  const { files, size } = packed;
  const paths = files.map(({ path }) => path);
  const surplus = paths.filter((path) =>
    /^(src|test|scripts|node_modules)\/|bench|\.cache$|(?<!\.d)\.ts$|\.tgz$/.test(path),
  );
  expect(surplus).toEqual([]);
  expect(paths).toContain("dist/THIRD-PARTY-NOTICES.txt");
  expect(paths).toContain("dist/sbom.cdx.json");
  // 2.6 MB today, SQLite for the console and its page among them: a package that is suddenly much larger has something in it that nobody wanted.
  expect(size).toBeLessThan(3_000_000);
});

test("what is bundled is named with its version and licence, in the notices and in the bill of materials", () => {
  const bom = JSON.parse(readFileSync(join(root, "dist/sbom.cdx.json"), "utf8")) as {
    components: { name: string; version: string; licenses: object[]; hashes: object[] }[];
  };
  const notices = readFileSync(join(root, "dist/THIRD-PARTY-NOTICES.txt"), "utf8");
  const names = bom.components.map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(["ws", "protobufjs", "pino", "commander", "yaml"]));
  expect(names).not.toContain("vitest");
  for (const { name, version, licenses, hashes } of bom.components) {
    expect(notices).toContain(`${name} ${version} (`);
    expect([name, licenses.length, hashes.length]).toEqual([name, 1, 1]);
  }
});
