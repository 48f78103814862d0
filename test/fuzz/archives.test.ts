import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { SupervisorError } from "../../src/errors.ts";
import { unpackPackage } from "../../src/packages/unpack-package.ts";
import { tar, tarGz } from "../fixtures/collector/archives.ts";
import { fuzz } from "../helpers/fuzz/fuzz.ts";
import { elfProgram } from "../helpers/packages/package-world.ts";
import { zip } from "../helpers/packages/zip-archive.ts";
import { temporaryFolder } from "../helpers/temporary-folder.ts";

const maxBytes = 1024 * 1024;

const name = fc.oneof(
  fc.constantFrom("otelcol", "a/otelcol", "../out", "/tmp/out", "a/../../out", "", ".", "a\0b"),
  fc.constantFrom("x".repeat(300), "a/".repeat(200), "\u202e", "-rf", "a\nb", "C:\\out", "target"),
);
const content = fc.oneof(
  fc.constant(elfProgram()),
  fc.string().map((text) => Buffer.from(text)),
);
const members = fc.array(fc.record({ name, content }), { maxLength: 4 });
const archive = fc
  .tuple(members, fc.constantFrom(tar, tarGz, zip))
  .map(([all, pack]) => pack(...all, { name: "otelcol", content: elfProgram() }));
/** Few bytes of it are others, or it ends early: what is packed around them is read first, and believed. */
const broken = fc
  .tuple(
    archive,
    fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { maxLength: 4 }),
    fc.option(fc.nat(), { freq: 3 }),
  )
  .map(([whole, changes, end]) => {
    const bytes = Buffer.from(whole);
    for (const [at, byte] of changes) bytes[at % Math.min(bytes.length, 2_048)] = byte;
    return end === null ? bytes : bytes.subarray(0, end % bytes.length);
  });

test("whatever an archive is, it is unpacked within its folder and its allowance, or refused with a reason", async () => {
  const outer = temporaryFolder();
  const [file, target] = [join(outer, "file"), join(outer, "target")];
  await fuzz(
    "archives",
    fc.oneof(broken, archive),
    async (bytes) => {
      writeFileSync(file, bytes);
      rmSync(target, { recursive: true, force: true });
      mkdirSync(target);
      try {
        await unpackPackage({
          ...{ file, target, kind: "agent", plainName: "otelcol" },
          wish: { written: undefined, usual: "otelcol" },
          allowance: { maxBytes, keepFreeBytes: 0, freeBytes: () => 1e12 },
          signal: new AbortController().signal,
        });
      } catch (error) {
        if (!(error instanceof SupervisorError)) throw error;
        expect(error.message.length).toBeLessThan(2_000);
      }
      expect(readdirSync(outer).sort()).toEqual(["file", "target"]);
      const sizes = readdirSync(target, { recursive: true, encoding: "utf8" }).map((each) => {
        const { mode, size } = statSync(join(target, each));
        expect(mode & 0o7022).toBe(0);
        return size;
      });
      expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(2 * maxBytes);
    },
    60,
  );
});
