import { randomBytes } from "node:crypto";
import { writeFile, readdir, readFile, stat, symlink } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { test, expect } from "vitest";
import { defaultLimits } from "../../src/collector/options.ts";
import { unpackProgram } from "../../src/download/unpack.ts";
import { tarGz, tar } from "../fixtures/collector/archives.ts";
import { temporaryDirectory } from "../fixtures/collector/setting.ts";

const limits = { ...defaultLimits, maxProgramBytes: 10_000 };

async function unpack(archive: Buffer): Promise<{ directory: string; result: Promise<void> }> {
  const directory = await temporaryDirectory();
  const file = join(directory, "archive.tar.gz");
  await writeFile(file, archive);
  const target = join(directory, "out", "collector");
  return { directory, result: unpackProgram(file, "otelcol", target, limits) };
}

test.each([
  ["alone", tarGz({ name: "otelcol", content: "program" })],
  ["with a leading ./", tarGz({ name: "./otelcol", content: "program" })],
  ["with the old type", tarGz({ name: "otelcol", content: "program", type: "\0" })],
  [
    "between others",
    tarGz(
      { name: "README.md", content: "x".repeat(700) },
      { name: "doc/", type: "5" },
      { name: "otelcol", content: "program" },
      { name: "LICENSE", content: "y" },
    ),
  ],
  [
    "after an extended header",
    tarGz(
      { name: "PaxHeaders.0/x", type: "x", content: "19 path=../evil/name\n" },
      { name: "otelcol", content: "program" },
    ),
  ],
])("the program is taken out: %s", async (_name, archive) => {
  const { directory, result } = await unpack(archive);
  await result;
  expect(await readdir(join(directory, "out"))).toEqual(["collector"]);
  const target = join(directory, "out", "collector");
  expect(await readFile(target, "utf8")).toBe("program");
  // No setuid bit, though the archive has one.
  expect((await stat(target)).mode & 0o7777).toBe(0o755);
});

test("content across many blocks arrives unchanged", async () => {
  const content = randomBytes(9_999);
  const { directory, result } = await unpack(tarGz({ name: "otelcol", content }));
  await result;
  expect((await readFile(join(directory, "out", "collector"))).equals(content)).toBe(true);
});

test.each([
  ["a path upwards", tarGz({ name: "../otelcol", content: "evil" })],
  ["an absolute path", tarGz({ name: "/otelcol", content: "evil" })],
  ["another directory", tarGz({ name: "bin/otelcol", content: "evil" })],
  ["a symbolic link", tarGz({ name: "otelcol", type: "2", linkTarget: "/etc/passwd" })],
  ["a hard link", tarGz({ name: "otelcol", type: "1", linkTarget: "/etc/passwd" })],
  ["a directory", tarGz({ name: "otelcol", type: "5" })],
  ["a device", tarGz({ name: "otelcol", type: "3" })],
  ["two of them", tarGz({ name: "otelcol", content: "a" }, { name: "otelcol", content: "b" })],
  ["a huge claim", tarGz({ name: "otelcol", content: "a", claimedSize: 8_000_000_000 })],
  ["a huge program", tarGz({ name: "otelcol", content: Buffer.alloc(10_001) })],
  ["a bomb", tarGz({ name: "x", content: Buffer.alloc(50_000) }, { name: "otelcol" })],
  [
    "a bomb after the program",
    tarGz({ name: "otelcol" }, { name: "x", content: Buffer.alloc(50_000) }),
  ],
  ["nothing of that name", tarGz({ name: "README.md", content: "hello" })],
  [
    "an early end",
    gzipSync(tar({ name: "otelcol", content: "a".repeat(5_000) }).subarray(0, 2_000)),
  ],
  ["no end", gzipSync(tar({ name: "otelcol", content: "program" }).subarray(0, 1_024))],
  ["a cut stream", tarGz({ name: "otelcol", content: randomBytes(5_000) }).subarray(0, 3_000)],
  ["a cut end", tarGz({ name: "otelcol", content: "program" }).subarray(0, -4)],
  ["a changed header", gzipSync(withChangedByte(tar({ name: "otelcol", content: "a" }), 140))],
  ["no tar", gzipSync(Buffer.from("not an archive ".repeat(100)))],
  ["no gzip", Buffer.from("<html>please log in</html>")],
])("an archive is refused and nothing is left of it: %s", async (_name, archive) => {
  const { directory, result } = await unpack(archive);
  await expect(result).rejects.toMatchObject({ code: "download-failed" });
  expect(await readdir(join(directory, "out"))).toEqual([]);
});

test("an archive with very many members is refused before its end", async () => {
  const others = Array.from({ length: 1_001 }, () => ({ name: "x" }));
  const directory = await temporaryDirectory();
  const archive = join(directory, "archive.tar.gz");
  await writeFile(archive, tarGz({ name: "otelcol", content: "program" }, ...others));
  const given = unpackProgram(archive, "otelcol", join(directory, "two"), defaultLimits);
  await expect(given).rejects.toThrow(/more than 1000 members/);
});

test("a link that lies where the program shall go is replaced, not followed", async () => {
  const { directory, result: first } = await unpack(tarGz({ name: "otelcol", content: "one" }));
  await first;
  const victim = join(directory, "victim");
  await writeFile(victim, "untouched");
  const target = join(directory, "out", "linked");
  await symlink(victim, target);
  await unpackProgram(join(directory, "archive.tar.gz"), "otelcol", target, limits);
  expect(await readFile(victim, "utf8")).toBe("untouched");
  expect(await readFile(target, "utf8")).toBe("one");
});

function withChangedByte(bytes: Buffer, at: number): Buffer {
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  return bytes;
}
