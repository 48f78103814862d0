import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { property, assert, uint8Array, integer } from "fast-check";
import { expect, test } from "vitest";
import { judgeProgram, readProgramFile } from "../../../src/agent/binary/program-file.ts";
import { script, temporaryFolder } from "../../helpers/temporary-folder.ts";

const node = readFileSync(process.execPath).subarray(0, 4096);

/** The beginning of this very program, with other bytes in one place. */
function elfWith(at: number, ...bytes: readonly number[]): Buffer {
  const head = Buffer.from(node);
  head.set(bytes, at);
  return head;
}

async function written(bytes: Buffer): Promise<string> {
  const path = join(temporaryFolder(), "program");
  writeFileSync(path, bytes, { mode: 0o755 });
  return JSON.stringify(await readProgramFile(path));
}

test("a program and a script have no fault, with a first line or without", async () => {
  expect(await readProgramFile(process.execPath)).toEqual({});
  expect(await readProgramFile(script("exit 0"))).toEqual({});
  expect(judgeProgram(Buffer.from("echo hello\n"), "x64")).toEqual({});
});

test.each([
  ["nothing", Buffer.alloc(0), "empty"],
  ["zeros", Buffer.alloc(4096), "neither a program"],
  ["an archive", Buffer.from("1f8b0800", "hex"), "has to be unpacked"],
  ["a program of Windows", Buffer.from("MZ\x90\x00"), "Windows"],
  ["a header and then nothing", node.subarray(0, 20), "cut short"],
  ["a header before zeros", Buffer.concat([node.subarray(0, 6), Buffer.alloc(4000)]), "object"],
  ["an object file", elfWith(16, 1, 0), "object file"],
  ["a core dump", elfWith(16, 4, 0), "object file"],
  ["a program without parts", elfWith(56, 0, 0), "object file"],
])("%s is no program", async (_, bytes, words) => {
  expect(await written(bytes)).toContain(words);
});

test("a program for another processor is named, not refused: an emulator may run it", () => {
  expect(judgeProgram(elfWith(18, 183, 0), "x64")).toEqual({
    foreign: "a program for arm64, this is x64",
  });
  expect(judgeProgram(elfWith(18, 9, 9), "x64").foreign).toContain("another processor");
});

test("a directory, a pipe and a missing file do not hold it up", async () => {
  const folder = temporaryFolder();
  execFileSync("mkfifo", [join(folder, "pipe")]);
  expect(await readProgramFile(folder)).toEqual({ fault: "a directory" });
  expect(await readProgramFile(join(folder, "pipe"))).toEqual({ fault: "no file" });
  expect(await readProgramFile(join(folder, "missing"))).toEqual({});
});

test("whatever stands behind the first bytes, it answers", () => {
  assert(
    property(uint8Array({ maxLength: 200 }), integer({ min: 0, max: 70 }), (bytes, keep) => {
      const head = Buffer.concat([node.subarray(0, keep), bytes]);
      const { fault, foreign } = judgeProgram(head, "x64");
      return [fault, foreign].every((each) => each === undefined || each.length < 100);
    }),
  );
});
