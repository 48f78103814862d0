import { readFileSync, readdirSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { expect, test } from "vitest";
import { installPackage } from "../../src/packages/install-package.ts";
import { installedPackages } from "../../src/packages/installed-packages.ts";
import type { InstallOutcome, InstalledPackage } from "../../src/packages/package-order.ts";
import { tarGz } from "../fixtures/collector/archives.ts";
import { startReleases, whole } from "../fixtures/collector/release-server.ts";
import {
  elfProgram,
  newSigner,
  orderOf,
  packagesFolder,
  rulesOf,
  termsOf,
} from "../helpers/packages/package-world.ts";

const program = elfProgram();

function installed(outcome: InstallOutcome): InstalledPackage {
  if (outcome.ok) return outcome.value;
  throw new Error(`expected a package, got: ${outcome.error.reason}`);
}

test.each([
  ["a program", program],
  ["a .tar.gz", tarGz({ name: "README.md", content: "x" }, { name: "otelcol", content: program })],
])("%s becomes a version of its own, whatever it is called", async (_name, content) => {
  const server = await startReleases({ "/file.txt": whole(content) });
  const directory = packagesFolder();
  const order = orderOf(`${server.url}/file.txt`, content);
  const value = installed(await installPackage(order, rulesOf(), { directory }, termsOf()));
  const hash = Buffer.from(order.file.contentHash).toString("hex").slice(0, 12);
  expect(relative(directory, value.directory)).toBe(`agent/1.2.3-${hash}`);
  const executable = value.executable ?? "";
  expect(executable).toBe(join(value.directory, "files/otelcol"));
  expect(readFileSync(executable).equals(program)).toBe(true);
  expect(statSync(executable).mode & 0o7777).toBe(0o755);
  expect(installedPackages(directory)).toEqual([value]);
  expect(readdirSync(join(directory, ".downloads"))).toEqual([]);
});

test("C-203 what is on disk already is not fetched again, and gets the server's new mark", async () => {
  const server = await startReleases({ "/a": whole(program) });
  const directory = packagesFolder();
  const order = orderOf(`${server.url}/a`, program);
  await installPackage(order, rulesOf(), { directory }, termsOf());
  const again = { ...order, hash: new TextEncoder().encode("another mark") };
  const value = installed(await installPackage(again, rulesOf(), { directory }, termsOf()));
  expect(Buffer.from(value.hash).toString()).toBe("another mark");
  expect(installedPackages(directory)).toEqual([value]);
  expect(server.requests).toEqual(["/a"]);
});

test("C-208 a file with another hash is refused for good, and nothing is left of it", async () => {
  const server = await startReleases({ "/a": whole(elfProgram(process.arch, "two")) });
  const directory = packagesFolder();
  const order = orderOf(`${server.url}/a`, program);
  const outcome = await installPackage(order, rulesOf(), { directory }, termsOf());
  expect(outcome).toMatchObject({ ok: false, error: { retry: "never" } });
  expect(installedPackages(directory)).toEqual([]);
  expect(readdirSync(join(directory, ".downloads"))).toEqual([]);
});

test("C-211 a signature is asked for, and has to be one of this name, version and file", async () => {
  const server = await startReleases({ "/a": whole(program) });
  const directory = packagesFolder();
  const [signer, stranger] = [newSigner(), newSigner()];
  const rules = rulesOf({ trust: { by: "ed25519", keys: [stranger.publicKey, signer.publicKey] } });
  const tried = async (signature?: Uint8Array): Promise<boolean> => {
    const file = signature === undefined ? {} : { signature };
    const order = orderOf(`${server.url}/a`, program, { file });
    return (await installPackage(order, rules, { directory }, termsOf())).ok;
  };
  expect(await tried()).toBe(false);
  expect(await tried(newSigner().sign("", "1.2.3", program))).toBe(false);
  expect(await tried(signer.sign("other", "1.2.3", program))).toBe(false);
  expect(await tried(signer.sign("", "1.2.4", program))).toBe(false);
  expect(await tried(signer.sign("", "1.2.3", elfProgram(process.arch, "two")))).toBe(false);
  expect(server.requests).toEqual([]);
  expect(await tried(signer.sign("", "1.2.3", program))).toBe(true);
});
