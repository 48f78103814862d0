import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  installedPackages,
  removePackage,
  sweepPackages,
} from "../../src/packages/installed-packages.ts";
import { installPackage } from "../../src/packages/install-package.ts";
import { tarGz } from "../fixtures/collector/archives.ts";
import { resumable, startReleases } from "../fixtures/collector/release-server.ts";
import {
  elfProgram,
  orderOf,
  packagesFolder,
  rulesOf,
  sha256,
  termsOf,
} from "../helpers/packages/package-world.ts";

const program = elfProgram(process.arch, Buffer.alloc(200_000, "x"));
const archive = tarGz({ name: "LICENSE", content: "x" }, { name: "otelcol", content: program });
const hash = sha256(archive).toString("hex");
const bundle = mkdtempSync(join(tmpdir(), "killed-"));
const script = join(bundle, "install.cjs");

/** Installs what its argument says, and is killed where the other one says. */
const source = `
import { installPackage } from "./src/packages/install-package.ts";
import { killPointFrom } from "./src/files/kill-point.ts";
import { orderOf, rulesOf, termsOf } from "./test/helpers/packages/terms.ts";
import { readFileSync } from "node:fs";
const [, , url, file, directory, kill] = process.argv;
const place = { directory, passing: killPointFrom(kill) };
installPackage(orderOf(url, readFileSync(file)), rulesOf(), place, termsOf()).then((outcome) => {
  if (!outcome.ok) process.stderr.write(outcome.error.reason);
});
`;

beforeAll(async () => {
  await build({
    stdin: { contents: source, resolveDir: process.cwd(), loader: "ts" },
    ...{ outfile: script, bundle: true, platform: "node", format: "cjs", logLevel: "error" },
    external: ["@sigstore/*"],
  });
  writeFileSync(join(bundle, "archive"), archive);
});

afterAll(() => rmSync(bundle, { recursive: true, force: true }));

async function runKilled(url: string, directory: string, kill: string): Promise<string | null> {
  const child = spawn(process.execPath, [script, url, join(bundle, "archive"), directory, kill], {
    stdio: ["ignore", "inherit", "inherit"],
  });
  const [, signal] = (await once(child, "exit")) as [number | null, string | null];
  return signal;
}

const places = [
  ["download begun", 2],
  ["download ended", 2],
  ["hash proved", 1],
  ["trusted", 1],
  ["unpacking", 1],
  ["unpacked", 1],
  ["marker written", 1],
  ["renamed", 1],
] as const;

test.each(places)("killed at '%s' the next installation is whole", async (place, requests) => {
  const server = await startReleases({ "/a": resumable(archive, '"one"') });
  const directory = packagesFolder();
  const url = `${server.url}/a`;
  expect(await runKilled(url, directory, `${place}:1`)).toBe("SIGKILL");
  for (const each of installedPackages(directory)) {
    expect(readFileSync(each.executable ?? "").equals(program)).toBe(true);
  }
  sweepPackages(directory, { inUse: [], wanted: [hash] });
  const order = orderOf(url, archive);
  const outcome = await installPackage(order, rulesOf(), { directory }, termsOf());
  expect(outcome).toMatchObject({ ok: true });
  expect(installedPackages(directory)).toHaveLength(1);
  expect(server.requests).toHaveLength(requests);
  sweepPackages(directory, { inUse: [], wanted: [] });
  expect(readdirSync(join(directory, "agent"))).toEqual([`1.2.3-${hash.slice(0, 12)}`]);
  expect(readdirSync(join(directory, ".downloads"))).toEqual([]);
});

test("a damaged marker means that nothing is installed, and what is in use is never touched", async () => {
  const server = await startReleases({ "/a": resumable(archive, '"one"') });
  const directory = packagesFolder();
  const order = orderOf(`${server.url}/a`, archive);
  const install = () => installPackage(order, rulesOf(), { directory }, termsOf());
  const first = await install();
  if (!first.ok) throw new Error(first.error.reason);
  const { executable = "", directory: home } = first.value;
  const marker = join(home, "package.json");
  const whole = readFileSync(marker, "utf8");
  for (const text of [
    "",
    "{",
    "null",
    "[]",
    "7",
    whole.slice(0, -40),
    whole.replace("otelcol", "../x"),
  ]) {
    writeFileSync(marker, text);
    expect(installedPackages(directory), text).toEqual([]);
  }
  sweepPackages(directory, { inUse: [executable], wanted: [] });
  expect(readFileSync(executable).equals(program)).toBe(true);
  const second = await install();
  expect(second).toMatchObject({ ok: true, value: { directory: `${home}.2` } });
  expect(removePackage(home, [executable])).toBe(false);
  expect(removePackage(home, [])).toBe(true);
  expect(readdirSync(join(directory, "agent"))).toHaveLength(1);
  // A program that was cut short is not what was installed.
  if (second.ok) writeFileSync(second.value.executable ?? "", "short");
  expect(installedPackages(directory)).toEqual([]);
});
