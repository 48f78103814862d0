import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { expect, test } from "vitest";
import { SupervisorError } from "../../src/errors.ts";
import { type Unpacking, unpackPackage } from "../../src/packages/unpack-package.ts";
import { type Member, tar, tarGz } from "../fixtures/collector/archives.ts";
import { elfProgram } from "../helpers/packages/package-world.ts";
import { type ZipMember, zip } from "../helpers/packages/zip-archive.ts";

const program = elfProgram();
const good = [
  { name: "README.md", content: "read me" },
  { name: "otelcol", content: program },
];
const setUid = 0o104755;

/** Unpacks an archive in a folder of its own, and says what was left outside of the target. */
async function unpack(
  content: Buffer,
  changes: Partial<Unpacking> = {},
): Promise<{ executable: string | undefined; files: readonly string[] }> {
  const folder = mkdtempSync(join(tmpdir(), "unpack-"));
  try {
    const [file, target] = [join(folder, "file"), join(folder, "target")];
    writeFileSync(file, content);
    mkdirSync(target);
    try {
      const executable = await unpackPackage({
        ...{ file, target, kind: "agent", plainName: "otelcol" },
        wish: { written: undefined, usual: "otelcol" },
        allowance: { maxBytes: 1024 * 1024, keepFreeBytes: 0, freeBytes: () => 1e12 },
        signal: new AbortController().signal,
        ...changes,
      });
      const found = readdirSync(target, { recursive: true, encoding: "utf8" }).sort();
      return { executable, files: found.map((each) => `${each} ${modeOf(join(target, each))}`) };
    } finally {
      // Wherever an archive leads, nothing is written there.
      expect(readdirSync(folder).sort()).toEqual(["file", "target"]);
      expect(readFileSync(file).equals(content)).toBe(true);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function modeOf(path: string): string {
  const found = lstatSync(path);
  if (found.isDirectory()) return "d";
  return found.isFile() ? (found.mode & 0o7777).toString(8) : "something else";
}

async function refusalOf(content: Buffer, changes: Partial<Unpacking> = {}): Promise<string> {
  try {
    await unpack(content, changes);
    return "unpacked";
  } catch (error) {
    expect(error).toBeInstanceOf(SupervisorError);
    expect(error).toMatchObject({ code: "download-refused" });
    return (error as Error).message;
  }
}

test.each([
  [".tar.gz", tarGz(...good)],
  [".zip", zip(...good.map((each) => ({ ...each, mode: setUid })))],
])("a %s is unpacked with modes of our own", async (_kind, content) => {
  const { executable, files } = await unpack(content);
  expect(executable).toBe("otelcol");
  expect(files).toEqual(["README.md 755", "otelcol 755"]);
});

test("directories, long names of both kinds and stored members are read", async () => {
  const long = `${"d".repeat(60)}/${"n".repeat(90)}/otelcol`;
  const pax = `path=${long}\n`;
  const record = `${pax.length + 4} ${pax}`;
  const byPax = [
    { name: "x", type: "x", content: record },
    { name: "short", content: program },
  ];
  const byGnu = [
    { name: "x", type: "L", content: `${long}\0` },
    { name: "s", content: program },
  ];
  for (const members of [byPax, byGnu]) {
    expect((await unpack(tarGz(...members))).executable).toBe(long);
  }
  const zipped = zip(
    { name: "bin/", mode: 0o040755 },
    { name: "bin/otelcol", content: program, stored: true },
  );
  expect((await unpack(zipped)).executable).toBe("bin/otelcol");
});

const tarTricks: readonly (readonly [string, readonly Member[]])[] = [
  ["a path upwards", [{ name: "../evil", content: "x" }]],
  ["a path upwards in the middle", [{ name: "a/../../evil", content: "x" }]],
  ["an absolute path", [{ name: "/tmp/evil", content: "x" }]],
  ["a backslash", [{ name: "a\\evil", content: "x" }]],
  [
    "a long path by pax",
    [{ name: "x", type: "x", content: "20 path=../../evil1\n" }, { name: "a" }],
  ],
  [
    "a symbolic link",
    [
      { name: "a", type: "2", linkTarget: "/etc" },
      { name: "a/b", content: "x" },
    ],
  ],
  ["a hard link", [{ name: "a", type: "1", linkTarget: "/etc/passwd" }]],
  ["a device", [{ name: "a", type: "3" }]],
  ["a pipe", [{ name: "a", type: "6" }]],
  ["a sparse file", [{ name: "a", type: "S", content: "x" }]],
  [
    "two of one name",
    [
      { name: "a", content: "x" },
      { name: "./a", content: "y" },
    ],
  ],
  [
    "a file over a directory",
    [
      { name: "a/", type: "5" },
      { name: "a", content: "y" },
    ],
  ],
  [
    "a file as a directory",
    [
      { name: "a", content: "y" },
      { name: "a/b", content: "y" },
    ],
  ],
  ["a very long part", [{ name: "x", type: "L", content: "n".repeat(201) }, { name: "a" }]],
  ["a very deep path", [{ name: "a/".repeat(25), type: "5" }]],
  ["a header without an end", [{ name: "x", type: "x", content: "99 path=a\n" }, { name: "a" }]],
  ["a huge claim", [{ name: "a", content: "x", claimedSize: 8_000_000_000 }]],
  ["too much in all", [{ name: "a", content: Buffer.alloc(1024 * 1024 + 1) }]],
  ["no program", [{ name: "otelcol", content: "#!/bin/sh\n" }]],
  ["another processor", [{ name: "otelcol", content: elfProgram("other") }]],
  ["nothing", []],
];

test.each(tarTricks)("a tar with %s is refused", async (_name, members) => {
  expect(await refusalOf(tarGz(...members))).toMatch(/^the package is not unpacked: found /);
});

const zeros = Buffer.alloc(2 * 1024 * 1024);

test("what is not written counts as well: the content of a directory, what comes after the end", async () => {
  const words = /more than 1048576 bytes when unpacked/;
  const directory = { name: "d/", type: "5", content: zeros };
  expect(await refusalOf(tarGz(...good, directory))).toMatch(words);
  expect(await refusalOf(gzipSync(Buffer.concat([tar(...good), zeros])))).toMatch(words);
});

test("many extended headers before one member are refused, a few are read", async () => {
  const extra = { name: "x", type: "x", content: "" };
  const few = Array.from({ length: 8 }, () => extra);
  expect((await unpack(tarGz(...few, ...good))).executable).toBe("otelcol");
  expect(await refusalOf(tarGz(...few, extra, ...good))).toMatch(/very many extended headers/);
});

test("a stop is heeded in what is not written", async () => {
  const packed = tarGz({ name: "d/", type: "5", content: zeros }, ...good);
  const stop = new AbortController();
  const changes = {
    allowance: { maxBytes: 1e9, keepFreeBytes: 0, freeBytes: () => 1e12 },
    signal: stop.signal,
  };
  expect((await unpack(packed, changes)).executable).toBe("otelcol");
  stop.abort(new Error("it was stopped"));
  await expect(unpack(packed, changes)).rejects.toThrow("it was stopped");
});

const zipTricks: readonly (readonly [string, readonly ZipMember[]])[] = [
  ["a path upwards", [{ name: "../evil", content: "x" }]],
  ["a NUL", [{ name: "otelcol\0.txt", content: program }]],
  ["a symbolic link", [{ name: "a", content: "/etc", mode: 0o120777 }]],
  ["a pipe", [{ name: "a", mode: 0o010644 }]],
  ["two names for one member", [{ name: "otelcol", content: program, localName: "other12" }]],
  ["less than it says", [{ name: "a", content: "x", claimedSize: 2 }]],
  ["more than it says", [{ name: "a", content: "xyz", claimedSize: 2 }]],
  ["a member behind a password", [{ name: "a", content: "x", encrypted: true }]],
  ["another method", [{ name: "a", content: "x", method: 12 }]],
  [
    "members that overlap",
    [
      { name: "a", content: "x" },
      { name: "b", content: "x", offset: 0 },
    ],
  ],
  ["a member beyond the end", [{ name: "a", content: "x", offset: 100_000 }]],
  ["a bomb", [{ name: "a", content: Buffer.alloc(17 * 1024 * 1024) }]],
  [
    "two of one name",
    [
      { name: "a", content: "x" },
      { name: "a", content: "x" },
    ],
  ],
  ["nothing", []],
];

test.each(zipTricks)("a zip with %s is refused", async (_name, members) => {
  expect(await refusalOf(zip(...members))).toMatch(/^the package is not unpacked: found /);
});

test.each([
  ["an empty file", Buffer.alloc(0), /an empty file/],
  ["a text", Buffer.from("hello"), /a text/],
  ["a script", Buffer.from("#!/bin/sh\n"), /a script/],
  ["a web page", Buffer.from("<!doctype html><html>"), /a web page/],
  ["a package of Debian", Buffer.from("!<arch>\ndebian"), /Debian/],
  ["a program for Windows", Buffer.from("MZ\0\0"), /Windows/],
  ["another processor", elfProgram("other"), /another processor|riscv64/],
  ["a gzip of something else", gzipSync("x".repeat(2000)), /no tar archive/],
  ["a bomb", gzipSync(Buffer.alloc(64 * 1024 * 1024)), /no tar|ends|times as much|unpacked/],
])("%s is no collector", async (_name, content, words) => {
  expect(await refusalOf(content)).toMatch(words);
});

test("which file is the collector: the one that is written, the usual one, or the only program", async () => {
  const two = tarGz({ name: "a/one", content: program }, { name: "b/one", content: program });
  const usual = (name: string) => ({ wish: { written: undefined, usual: name } });
  const written = (name: string) => ({ wish: { written: name, usual: "otelcol" } });
  expect(await refusalOf(two, usual("one"))).toMatch(/a\/one, b\/one/);
  expect(await refusalOf(two, usual("x"))).toMatch(/a\/one, b\/one/);
  expect((await unpack(two, written("b/one"))).executable).toBe("b/one");
  expect(await refusalOf(two, written("two"))).toMatch(/no program called "two"/);
  expect((await unpack(tarGz(...good), usual("contrib"))).executable).toBe("otelcol");
});

test("an add-on may be anything, and has no program", async () => {
  const addon = { kind: "addon", plainName: "rules.yaml" } as const;
  expect(await unpack(Buffer.from("a: 1"), addon)).toEqual({
    executable: undefined,
    files: ["rules.yaml 644"],
  });
  expect((await unpack(zip({ name: "d/x", content: "x", mode: 0o100644 }), addon)).files).toEqual([
    "d d",
    "d/x 644",
  ]);
});

test("an archive that is cut at any byte is refused", async () => {
  for (const whole of [tarGz(...good), zip(...good)]) {
    for (let length = 0; length < whole.length; length += 1) {
      expect(await refusalOf(whole.subarray(0, length)), `${length}`).not.toBe("unpacked");
    }
  }
});

const nastyName = fc.oneof(
  fc.constantFrom("..", "../x", "/x", "a", "a/", "a/b", "./a", "a//b", "a/..", "", ".", "otelcol"),
  fc.string({ maxLength: 12 }),
  fc
    .array(fc.constantFrom("..", ".", "a", "b", "", "\\", "\u202e", "\ud800"), { maxLength: 5 })
    .map((parts) => parts.join("/")),
);
const content = fc.oneof(
  fc.constant(program),
  fc.string({ maxLength: 20 }).map((text) => Buffer.from(text)),
);
const tarMember = fc.record({
  name: nastyName.map((name) => name.slice(0, 90)),
  content,
  type: fc.constantFrom("0", "0", "0", "5", "2", "1", "x", "L", "7", "3", "S", "g", "K", ""),
  linkTarget: nastyName.map((name) => name.slice(0, 90)),
});
const zipMember = fc.record({
  name: nastyName,
  content,
  mode: fc.constantFrom(0o100644, setUid, 0o120777, 0o040755, 0),
  stored: fc.boolean(),
});

test("whatever an archive holds, it is unpacked inside or refused", async () => {
  const archive = fc.oneof(
    fc.array(tarMember, { maxLength: 5 }).map((members) => gzipSync(tar(...members))),
    fc.array(zipMember, { maxLength: 5 }).map((members) => zip(...members)),
  );
  // Some bytes of it are others.
  const damage = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 3 });
  await fc.assert(
    fc.asyncProperty(
      archive,
      damage,
      fc.constantFrom("agent", "addon"),
      async (whole, bytes, kind) => {
        const changed = Buffer.from(whole);
        for (const [at, value] of bytes) changed[at % changed.length] = value;
        try {
          const { files } = await unpack(changed, { kind });
          expect(files.filter((each) => !/ (d|644|755)$/.test(each))).toEqual([]);
        } catch (error) {
          if (!(error instanceof SupervisorError)) throw error;
        }
      },
    ),
    { numRuns: 300 },
  );
});
