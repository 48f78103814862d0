import { createHash } from "node:crypto";
import {
  chmodSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { execFileSync } from "node:child_process";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { openShelf, type Shelf } from "../../../src/dev-server/shelf/shelf.ts";
import { faultOfSignature } from "../../../src/packages/trust/ed25519.ts";
import { type PackagesFolder, packagesFolder } from "./packages-folder.ts";

function open(folder: PackagesFolder): Promise<Shelf> {
  return openShelf(folder, () => undefined);
}

function named(shelf: Shelf): readonly string[] {
  return shelf.content().items.map(({ kind, name, version }) => `${kind} ${name} ${version}`);
}

test("the three places of a package are read, the newest version first, each hashed and signed", async () => {
  const folder = packagesFolder();
  folder.put("0.99.0/otelcol", "old");
  folder.put("0.158.0/otelcol.tar.gz", "new");
  folder.put("otelcol-custom/1.0.0/otelcol", "custom");
  folder.put("addons/geo-data/2026-11/geo.bin", "data");
  folder.put("0.158.0/.otelcol.tar.gz.part", "somebody else's");
  const shelf = await open(folder);
  expect(shelf.content().problems).toEqual([]);
  expect(named(shelf)).toEqual([
    "program  0.158.0",
    "program  0.99.0",
    "program otelcol-custom 1.0.0",
    "addon geo-data 2026-11",
  ]);
  for (const { name, version, sha256, signature } of shelf.content().items) {
    const statement = { name, version, sha256 };
    expect(faultOfSignature(statement, signature, [shelf.publicKey])).toBeUndefined();
    expect(
      faultOfSignature({ ...statement, version: "0" }, signature, [shelf.publicKey]),
    ).toContain("none of this package");
  }
  const content = createHash("sha256").update("data").digest("hex");
  expect(shelf.find("geo-data", "2026-11")?.sha256).toBe(content);
});

test("what is no package is named and not offered", async () => {
  const folder = packagesFolder();
  const outside = join(dirname(folder.directory), "outside");
  mkdirSync(join(outside, "1.0.0"), { recursive: true });
  writeFileSync(join(outside, "1.0.0/secret"), "secret");
  folder.put("1.0.0/a", "a");
  folder.put("1.0.0/b", "b");
  folder.put("2.0.0/empty", "");
  folder.put("README", "text");
  folder.put("deep/1/2/3", "text");
  folder.put("same/1/a", "a");
  folder.put("addons/same/1/a", "a");
  folder.put("fresh/1/a", "a");
  writeFileSync(join(folder.directory, "fresh/1/a"), "being written");
  mkdirSync(join(folder.directory, "3.0.0"));
  symlinkSync(join(outside, "1.0.0/secret"), join(folder.directory, "3.0.0/link"));
  symlinkSync(outside, join(folder.directory, "linked"));
  mkdirSync(join(folder.directory, "4.0.0"));
  execFileSync("mkfifo", [join(folder.directory, "4.0.0/pipe")]);
  folder.put("bad\u202ename/1/a", "a");
  const shelf = await open(folder);
  expect(named(shelf)).toEqual(["program same 1"]);
  const problems = shelf.content().problems.join("\n");
  for (const said of [
    "one file in 1.0.0, found a, b",
    "2.0.0: the file is empty",
    "found README",
    "one file in deep/1, found 2",
    "addons/same has the name of a program",
    "fresh/1: the file is still being written",
    "one file in 3.0.0, found link",
    "found linked",
    "one file in 4.0.0, found pipe",
    "with control characters",
  ]) {
    expect(problems).toContain(said);
  }
});

test("a change of the folder is seen, and only what has changed is hashed again", async () => {
  const folder = packagesFolder();
  folder.put("1/a", "first");
  folder.put("2/a", "stays");
  let changes = 0;
  const shelf = await openShelf(folder, () => (changes += 1));
  const [two, one] = shelf.content().items;
  await shelf.read();
  expect(changes).toBe(1);
  folder.put("1/a", "other");
  await Promise.all([shelf.read(), shelf.read()]);
  expect(changes).toBe(2);
  expect(shelf.content().items[0]).toBe(two);
  expect(shelf.at(one?.urlPath ?? "")).toBeUndefined();
  rmSync(folder.directory, { recursive: true });
  await shelf.read();
  expect(shelf.content().items).toEqual([]);
  expect(shelf.content().problems.join()).toContain("ENOENT");
});

test("whatever names there are, each file is found by its own place and has its own address", async () => {
  const part = fc
    .string({ unit: "grapheme", minLength: 1, maxLength: 12 })
    .filter((text) => !/[/\0]|^\./.test(text) && Buffer.byteLength(text) < 200);
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(fc.tuple(part, part, part), { maxLength: 6 }),
      async (files) => {
        const folder = packagesFolder();
        for (const [name, version, file] of files) {
          folder.put(join("addons", name, version, file), `${name}/${version}/${file}`);
        }
        const shelf = await open(folder);
        const { items, problems } = shelf.content();
        const versions = new Set(files.map(([name, version]) => join(name, version)));
        // One that has a fault is named, none is passed over.
        expect(items.length + problems.length).toBe(versions.size);
        for (const item of items) {
          expect(shelf.find(item.name, item.version)).toBe(item);
          expect(shelf.at(item.urlPath)).toBe(item);
          expect(item.urlPath).toMatch(/^\/packages\/[0-9a-f]{64}\/[\w.!~*'()%-]+$/);
          expect(item.path.startsWith(`${folder.directory}/addons/`)).toBe(true);
        }
      },
    ),
    { numRuns: 25 },
  );
});

test("the key is made once, for the owner alone, and one that others can read is refused", async () => {
  const folder = packagesFolder();
  const first = await open(folder);
  expect(statSync(folder.keyFile).mode & 0o777).toBe(0o600);
  expect((await open(folder)).publicKey).toBe(first.publicKey);
  expect(readFileSync(folder.keyFile, "utf8")).not.toContain(first.publicKey);
  chmodSync(folder.keyFile, 0o644);
  await expect(open(folder)).rejects.toThrow("others may read it");
  writeFileSync(folder.keyFile, "no key");
  chmodSync(folder.keyFile, 0o600);
  await expect(open(folder)).rejects.toThrow("expected an Ed25519 key");
  await expect(open({ ...folder, keyFile: "/proc/none/key.pem" })).rejects.toThrow(
    "cannot write one there",
  );
  renameSync(folder.directory, `${folder.directory}-gone`);
  await expect(open(folder)).rejects.toThrow("expected a folder for --packages");
});
