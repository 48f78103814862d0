import { copyFileSync, openSync, ftruncateSync, closeSync, writeFileSync } from "node:fs";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { parseBuildInfo, readBuildInfo } from "../../../src/agent/binary/build-info.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

const core = "go.opentelemetry.io/collector";
const lines = [
  "path\texample.com/mine/cmd/collector",
  "mod\texample.com/mine\tv1.2.3\t",
  `dep\t${core}/otelcol\tv0.149.0\th1:x=`,
  `dep\t${core}/receiver/nopreceiver\tv0.149.0`,
  "=>\t../mine/nopreceiver\t(devel)\t",
  "build\t-ldflags=-s -X main.version=v9",
  "",
].join("\n");

function lengthOf(text: string): Buffer {
  const { length } = text;
  return Buffer.from([(length & 127) | 128, (length >> 7) & 127]);
}

/** The smallest program file that holds these texts as the linker lays them down. */
function program(version: string, modules: string, flags = 2, little = true): Buffer {
  const marked = `${"<".repeat(16)}${modules}${">".repeat(16)}`;
  const head = Buffer.alloc(32);
  head.write("\xff Go buildinf:\b", "latin1");
  head[15] = flags;
  const text = (words: string): Buffer =>
    Buffer.concat([lengthOf(words), Buffer.from(words, "latin1")]);
  const section = Buffer.concat([head, text(version), text(marked)]);
  const names = Buffer.from("\0.shstrtab\0.go.buildinfo\0", "latin1");
  const tableAt = 64 + section.length + names.length;
  const elf = Buffer.alloc(64);
  elf.write("\x7fELF\x02", "latin1");
  elf[5] = little ? 1 : 2;
  const short = (bytes: Buffer, value: number, at: number): number =>
    little ? bytes.writeUInt16LE(value, at) : bytes.writeUInt16BE(value, at);
  const wide = (bytes: Buffer, value: number, at: number): number =>
    little ? bytes.writeBigUInt64LE(BigInt(value), at) : bytes.writeBigUInt64BE(BigInt(value), at);
  wide(elf, tableAt, 40);
  for (const [at, value] of [
    [58, 64],
    [60, 3],
    [62, 1],
  ] as const)
    short(elf, value, at);
  const entry = (name: number, offset: number, size: number): Buffer => {
    const bytes = Buffer.alloc(64);
    if (little) bytes.writeUInt32LE(name, 0);
    else bytes.writeUInt32BE(name, 0);
    wide(bytes, offset, 24);
    wide(bytes, size, 32);
    return bytes;
  };
  const table = [
    entry(0, 0, 0),
    entry(1, 64 + section.length, names.length),
    entry(11, 64, section.length),
  ];
  return Buffer.concat([elf, section, names, ...table]);
}

function written(bytes: Uint8Array): string {
  const path = join(temporaryFolder(), "program");
  writeFileSync(path, bytes);
  return path;
}

test.each([true, false])(
  "a program tells what it was built from (little endian: %s)",
  async (little) => {
    expect(await readBuildInfo(written(program("go1.26.8", lines, 2, little)))).toEqual({
      goVersion: "go1.26.8",
      main: { path: "example.com/mine", version: "v1.2.3" },
      dependencies: [
        { path: `${core}/otelcol`, version: "v0.149.0" },
        {
          path: `${core}/receiver/nopreceiver`,
          version: "v0.149.0",
          replacedBy: { path: "../mine/nopreceiver", version: "(devel)" },
        },
      ],
      settings: new Map([["-ldflags", "-s -X main.version=v9"]]),
    });
  },
);

test("the pointers of Go before 1.18 are not followed", async () => {
  expect(await readBuildInfo(written(program("go1.17", lines, 0)))).toBeUndefined();
});

test("words that would do harm in a log are taken for no module", () => {
  const text =
    "mod\tevil\u001b[2J\tv1\ndep\ta b\tv1\ndep\tgood.example/a\tv1\u0000\ndep\tgood.example/b\tv1\n=>\n";
  expect(parseBuildInfo("go1.26\nmore", text)).toEqual({
    goVersion: "go1.26",
    main: undefined,
    dependencies: [{ path: "good.example/b", version: "v1" }],
    settings: new Map(),
  });
});

test.each([
  ["a folder", "/"],
  ["a device", "/dev/zero"],
  ["nothing", "/none/at/all"],
  ["a program that Go has not built", process.execPath],
])("%s tells nothing", async (_name, path) => {
  expect(await readBuildInfo(path)).toBeUndefined();
});

test("a pipe is not waited for", async () => {
  const path = join(temporaryFolder(), "pipe");
  execFileSync("mkfifo", [path]);
  expect(await readBuildInfo(path)).toBeUndefined();
});

test("a file of 200 MB that only begins like a program costs nothing", async () => {
  const path = join(temporaryFolder(), "program");
  copyFileSync(written(program("go1.26", lines).subarray(0, 64)), path);
  const file = openSync(path, "r+");
  ftruncateSync(file, 200 * 1024 * 1024);
  closeSync(file);
  const before = process.memoryUsage().arrayBuffers;
  expect(await readBuildInfo(path)).toBeUndefined();
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1024 * 1024);
});

test("whatever a file holds, reading it ends without an error", async () => {
  const good = program("go1.26.8", lines);
  const path = written(good);
  const edits = fc.array(fc.record({ at: fc.nat(good.length - 1), value: fc.nat(255) }), {
    maxLength: 12,
  });
  await fc.assert(
    fc.asyncProperty(
      edits,
      fc.nat(good.length),
      fc.uint8Array({ maxLength: 200 }),
      async (...given) => {
        const [changes, length, more] = given;
        const bytes = Buffer.from(good);
        for (const { at, value } of changes) bytes[at] = value;
        writeFileSync(path, Buffer.concat([bytes.subarray(0, length), more]));
        const info = await readBuildInfo(path);
        expect(info === undefined || Array.isArray(info.dependencies)).toBe(true);
      },
    ),
    { numRuns: 300 },
  );
});
