import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { readText } from "../../../../src/supervisor/settings/read/read-text.ts";
import { temporaryFolder } from "../../../helpers/temporary-folder.ts";

function read(bytes: string | Uint8Array): ReturnType<typeof readText> {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "supervisor.yaml"), bytes);
  return readText("supervisor.yaml", folder);
}

test("a text is read without the mark that some editors set in front of it", () => {
  expect(read("server: {}\n")).toBe("server: {}\n");
  expect(read("\ufeffserver: {}\n")).toBe("server: {}\n");
  expect(read("")).toBe("");
});

test.each([
  ["a program", Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0), "bytes that are no text"],
  ["UTF-16", Buffer.from("server: {}\n", "utf16le"), "UTF-16"],
  ["Latin-1", Buffer.from("a: b\n# \xfc\n", "latin1"), "bytes on line 2"],
  ["a large file", "a".repeat(1024 * 1024 + 1), "more than 1024 KiB"],
])("%s is none", (_what, bytes, words) => {
  expect(read(bytes)).toMatchObject({
    code: "file-unreadable",
    message: expect.stringContaining(words) as string,
  });
});

test("a path that leads to no file says what to do", () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, "directory"));
  writeFileSync(join(folder, "file"), "");
  expect(readText("directory", folder)).toMatchObject({ code: "file-unreadable" });
  expect(readText("", folder)).toMatchObject({ code: "file-missing" });
  for (const name of ["none", "file/below"]) {
    expect(readText(name, folder)).toMatchObject({
      message: "no such file: name the settings file with --config",
    });
  }
});

test("a device that never ends is read no further than a settings file goes", () => {
  expect(readText("/dev/zero", "/")).toMatchObject({
    message: expect.stringContaining("more than 1024 KiB") as string,
  });
});

test("a pipe is read as far as somebody has written, and nobody is waited for", async () => {
  const folder = temporaryFolder();
  const pipe = join(folder, "supervisor.yaml");
  execFileSync("mkfifo", [pipe]);
  // Nobody has it open for writing.
  expect(readText("supervisor.yaml", folder)).toBe("");
  const silent = spawn("sh", ["-c", 'exec 3<>"$0"; echo open; exec sleep 60', pipe], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  onTestFinished(() => void silent.kill("SIGKILL"));
  await once(silent.stdout, "data");
  expect(readText("supervisor.yaml", folder)).toMatchObject({
    message: expect.stringContaining("a pipe or a device that gives nothing") as string,
  });
});
